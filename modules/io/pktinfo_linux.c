#include "io/pktinfo.h"

#include <netinet/in.h>

#include "base/cursor.h"
#include "io/sockaddr.h"

/* One cmsg(3) of either family. */
union control {
	struct cmsghdr header;
	unsigned char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct pktinfo {
	union control *rows;
	socklen_t room;
};

int pktinfo_ask(int fd, bool v4)
{
	const int on = 1;

	return v4 ? setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on))
	          : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
}

struct pktinfo *pktinfo_open(struct arena *arena, uint32_t rows)
{
	struct pktinfo *p = arena_cut(arena, "udp", 1, sizeof(*p));
	union control *control = arena_cut(arena, "udp", rows, sizeof(*control));

	if (!p || !control)
		return NULL;
	p->rows = control;
	return p;
}

void pktinfo_preset(struct pktinfo *p, uint32_t rows, bool v4)
{
	p->room =
		v4 ? CMSG_SPACE(sizeof(struct in_pktinfo)) : CMSG_SPACE(sizeof(struct in6_pktinfo));
	for (uint32_t i = 0; i < rows; i++) {
		struct cmsghdr *header = &p->rows[i].header;

		header->cmsg_len = v4 ? CMSG_LEN(sizeof(struct in_pktinfo))
		                      : CMSG_LEN(sizeof(struct in6_pktinfo));
		header->cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
		header->cmsg_type = v4 ? IP_PKTINFO : IPV6_PKTINFO;
	}
}

void pktinfo_attach(struct pktinfo *p, uint32_t row, struct msghdr *m)
{
	m->msg_control = &p->rows[row];
	m->msg_controllen = p->room;
}

static void put_data(struct cmsghdr *header, const void *info, size_t len)
{
	struct wr w = wr_make(CMSG_DATA(header), len);

	wr_bytes(&w, info, len);
}

void pktinfo_put(struct pktinfo *p, uint32_t row, const struct addr *from)
{
	struct cmsghdr *header = &p->rows[row].header;

	if (header->cmsg_level == IPPROTO_IP) {
		const struct in_pktinfo info = {.ipi_spec_dst = sockaddr_v4_of(from)};

		put_data(header, &info, sizeof(info));
		return;
	}
	struct in6_pktinfo info = {.ipi6_ifindex = from->scope};
	for (size_t i = 0; i < sizeof(from->ip); i++)
		info.ipi6_addr.s6_addr[i] = from->ip[i];
	put_data(header, &info, sizeof(info));
}

/* Only a link-local address is tied to its interface; for all others the routing table chooses. */
static struct addr local_v6(const struct in6_pktinfo *info)
{
	struct addr a = {.port = 0};

	for (size_t i = 0; i < sizeof(a.ip); i++)
		a.ip[i] = info->ipi6_addr.s6_addr[i];
	if (IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
		a.scope = (uint32_t)info->ipi6_ifindex;
	return a;
}

bool pktinfo_take(struct pktinfo *p, uint32_t row, const struct msghdr *m, struct addr *local)
{
	struct cmsghdr *header = &p->rows[row].header;
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	if (m->msg_controllen < CMSG_LEN(0) || header->cmsg_len > m->msg_controllen)
		return false;
	struct rd r = rd_make(CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
		rd_bytes(&r, &v4, sizeof(v4));
		*local = sockaddr_from_v4(
			v4.ipi_spec_dst); /* our own address even for a broadcast */
	} else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
		rd_bytes(&r, &v6, sizeof(v6));
		*local = local_v6(&v6);
	} else {
		return false;
	}
	return rd_ok(&r);
}
