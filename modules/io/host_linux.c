#include "io/host.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <sys/wait.h>
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
	long state = syscall(SYS_adjtimex, &t); /* not read: libc lays it out in its own way */

	if (state < 0)
		return CLOCK_UNKNOWN;
	return state == TIME_ERROR ? CLOCK_FREE : CLOCK_SYNCHRONISED;
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

static bool ufw_is_enabled(void)
{
	char line[64];
	FILE *f = fopen("/etc/ufw/ufw.conf", "re");
	bool enabled = false;

	while (f && !enabled && fgets(line, sizeof(line), f))
		enabled = strcmp(line, "ENABLED=yes\n") == 0;
	if (f)
		(void)fclose(f);
	return enabled;
}

/*
 * The chain of nftables that what comes in has to pass, as "inet filter input": one that drops what
 * no rule of it accepts, else the last one with a rule. The lines are those of `nft list ruleset`.
 */
static bool find_nft_chain(FILE *rules, char *chain, size_t cap)
{
	char line[512], table[128] = "", name[128] = "";
	bool input = false, found = false;

	while (fgets(line, sizeof(line), rules)) {
		char *at = line + strspn(line, "\t ");
		at[strcspn(at, "{\n")] = 0;
		bool hooks = strstr(at, "hook input"), drops = hooks && strstr(at, "policy drop");
		input = (input || hooks) && *at != '}';
		if (strncmp(at, "table ", 6) == 0)
			(void)text_copy(table, sizeof(table), at + 6);
		else if (strncmp(at, "chain ", 6) == 0)
			(void)text_copy(name, sizeof(name), at + 6);
		if (!input || !*at || (hooks && !drops))
			continue;
		struct text t = text_make(chain, cap);
		text_format(&t, "%s%.*s", table, (int)strcspn(name, " "), name);
		found = true;
		if (drops)
			break;
	}
	return found;
}

/* Runs nft, which root alone may ask. */
static bool nft_filters(char *chain, size_t cap)
{
	char nft[] = "nft", list[] = "list", ruleset[] = "ruleset";
	char *const words[] = {nft, list, ruleset, NULL};
	int ends[2];
	FILE *rules = pipe(ends) == 0 ? fdopen(ends[0], "r") : NULL;
	pid_t pid = rules ? fork() : -1;

	if (pid == 0) {
		if (dup2(ends[1], STDOUT_FILENO) >= 0 && close(STDERR_FILENO) == 0)
			execv("/usr/sbin/nft", words);
		_exit(1);
	}
	if (!rules)
		return false;
	(void)close(ends[1]);
	bool found = find_nft_chain(rules, chain, cap);
	(void)fclose(rules);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	return found;
}

const char *host_firewall(char *chain, size_t cap)
{
	char line[64];

	if (ufw_is_enabled())
		return "ufw";
	if (access("/run/firewalld", F_OK) == 0 || access("/run/firewalld.pid", F_OK) == 0)
		return "firewall-cmd";
	if (nft_filters(chain, cap))
		return "nft";
	read_line("/proc/net/ip_tables_names", line, sizeof(line));
	return *line ? "iptables" : "";
}

bool host_user_may(const struct user *u, const char *path, int mode)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(user_become(u) == 0 && access(path, mode) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

enum host_room host_room(long pid, const char *directory)
{
	char path[4096];
	struct text t = text_make(path, sizeof(path));
	struct statfs s;

	if (pid)
		text_format(&t, "/proc/%ld/root", pid);
	text_put(&t, directory);
	if (statfs(path, &s) != 0)
		return ROOM_UNKNOWN;
	return s.f_flags & ST_RDONLY ? ROOM_READ_ONLY : s.f_bavail == 0 ? ROOM_NONE : ROOM_LEFT;
}
