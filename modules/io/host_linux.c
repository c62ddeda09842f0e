#include "io/host.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/text.h"
#include "io/sockaddr.h"

static bool is_reachable(const struct addr *a)
{
	return !addr_is_loopback(a) && !addr_is_any(a) && a->scope == 0 &&
	       !(a->ip[0] == 0xFE && (a->ip[1] & 0xC0) == 0x80);
}

size_t host_addresses(struct addr *out, size_t cap)
{
	struct ifaddrs *list;
	size_t count = 0;

	if (getifaddrs(&list) != 0)
		return 0;
	for (const struct ifaddrs *i = list; i && count < cap; i = i->ifa_next) {
		union sockaddr_ip s;

		if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) ||
		    (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
			continue;
		memcpy(&s, i->ifa_addr,
		       i->ifa_addr->sa_family == AF_INET ? sizeof(s.v4) : sizeof(s.v6));
		out[count] = sockaddr_take(&s);
		out[count].port = 0;
		count += is_reachable(&out[count]);
	}
	freeifaddrs(list);
	return count;
}

bool host_answers(const struct addr *to, const void *bytes, size_t len, int wait_ms)
{
	union sockaddr_ip s;
	socklen_t size = sockaddr_preset(&s, addr_is_v4(to));
	struct timeval patience = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	char answer[64];

	sockaddr_put(&s, to);
	int fd = socket(s.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool heard = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	             connect(fd, &s.any, size) == 0 && send(fd, bytes, len, 0) > 0 &&
	             recv(fd, answer, sizeof(answer), 0) > 0;
	(void)close(fd);
	return heard;
}

enum host_clock host_clock(void)
{
	struct timex t = {.modes = 0};

	if (adjtimex(&t) < 0)
		return CLOCK_UNKNOWN;
	return t.status & STA_UNSYNC ? CLOCK_FREE : CLOCK_SYNCHRONISED;
}

/* The beginning of a kernel file as text; "" if it does not exist. */
static void read_line(const char *path, char *out, size_t cap)
{
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(out, 1, cap - 1, f) : 0;

	out[len] = 0;
	out[strcspn(out, "\n")] = 0;
	if (f)
		(void)fclose(f);
}

void host_model(char *out, size_t cap)
{
	read_line("/proc/device-tree/model", out, cap);
}

unsigned long host_receive_buffer_max(void)
{
	char line[32];

	read_line("/proc/sys/net/core/rmem_max", line, sizeof(line));
	return strtoul(line, NULL, 10);
}

const char *host_firewall(void)
{
	char line[64] = "";
	FILE *f = fopen("/etc/ufw/ufw.conf", "re");

	while (f && fgets(line, sizeof(line), f))
		if (strcmp(line, "ENABLED=yes\n") == 0) {
			(void)fclose(f);
			return "ufw";
		}
	if (f)
		(void)fclose(f);
	if (access("/run/firewalld", F_OK) == 0 || access("/run/firewalld.pid", F_OK) == 0)
		return "firewall-cmd";
	read_line("/proc/net/ip_tables_names", line, sizeof(line));
	return *line ? "iptables" : "";
}

/* Has the user this right (4 read, 2 write, 1 search) to the path itself? */
static bool has_right(const struct passwd *user, const char *path, unsigned right)
{
	struct stat s;

	if (stat(path, &s) != 0)
		return false;
	if (user->pw_uid == 0)
		return true;
	if (s.st_uid == user->pw_uid)
		return s.st_mode >> 6 & right;
	if (s.st_gid == user->pw_gid)
		return s.st_mode >> 3 & right;
	return s.st_mode & right;
}

/* The directory of a path, in `out`. */
static const char *directory_of(const char *path, char *out, size_t cap)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	(void)text_copy(out, cap, path);
	out[slash == path                  ? 1
	    : (size_t)(slash - path) < cap ? (size_t)(slash - path)
	                                   : cap - 1] = 0;
	return out;
}

bool host_user_may_read(const char *user, const char *path)
{
	const struct passwd *p = getpwnam(user);

	return p && has_right(p, path, 4);
}

bool host_user_may_write(const char *user, const char *path)
{
	const struct passwd *p = getpwnam(user);
	char directory[4096];

	/* it is replaced by a new file in the same directory */
	return p && has_right(p, directory_of(path, directory, sizeof(directory)), 2);
}
