#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "harness/t.h"
#include "io/filter.h"
#include "io/ipc.h"
#include "io/landlock.h"
#include "io/pipe.h"

/* What is open before, for the attempts. */
static int udp, tcp, listening, directory;
static char own[] = "/tmp/t_sandbox.XXXXXX"; /* the directory of its files */
static char index_path[64], state_path[64], foreign[] = "/tmp/t_sandbox-foreign.XXXXXX";

static long opens(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static long opens_own(void)
{
	return open(index_path, O_RDONLY);
}

static long opens_foreign(void)
{
	return open(foreign, O_RDONLY);
}

static long opens_below_a_descriptor(void)
{
	return openat(directory, "index", O_RDONLY);
}

static long creates(void)
{
	return open("/tmp/t_sandbox-made", O_WRONLY | O_CREAT, 0600);
}

static long replaces_state(void)
{
	char beside[80];

	snprintf(beside, sizeof(beside), "%s.new", state_path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || close(fd) != 0)
		return -1;
	return rename(beside, state_path);
}

static long removes(void)
{
	return unlink(foreign);
}

static long links(void)
{
	return symlink("/etc/passwd", "/tmp/t_sandbox-link");
}

static long makes_directory(void)
{
	return mkdir("/tmp/t_sandbox-dir", 0700);
}

static long changes_mode(void)
{
	return chmod(foreign, 0777);
}

static long tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long udp_socket(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0);
}

static long raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, 1);
}

static long unix_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static long packet_socket(void)
{
	return socket(17, SOCK_RAW, 0);
}

static long netlink_socket(void)
{
	return socket(16, SOCK_RAW, 0);
}

static struct sockaddr_in local(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	                            .sin_port = htons(port),
	                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static long connects(int fd, uint16_t port)
{
	const struct sockaddr_in to = local(port);

	return connect(fd, (const struct sockaddr *)&to, sizeof(to));
}

static long connects_udp(void)
{
	return connects(udp, 9);
}

static long connects_tcp(void)
{
	return connects(tcp, 9);
}

static long binds(void)
{
	const struct sockaddr_in to = local(0);

	return bind(tcp, (const struct sockaddr *)&to, sizeof(to));
}

static long listens(void)
{
	return listen(tcp, 1);
}

static long forks(void)
{
	return (long)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long executes(void)
{
	char *const argv[] = {(char[]){"true"}, NULL};

	return execv("/bin/true", argv);
}

static long signals_parent(void)
{
	return kill(getppid(), 0);
}

static long traces(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long reads_memory_of_others(void)
{
	return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

#ifndef SANDBOX_SANITISED
static long runs_memory(void)
{
#ifdef SYS_mmap2
	const long call = SYS_mmap2;
#else
	const long call = SYS_mmap;
#endif

	return syscall(call, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long makes_memory_run(void)
{
	static char page[8192] __attribute__((aligned(4096)));

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

#endif

static long file_in_memory(void)
{
	return syscall(SYS_memfd_create, "x", 0);
}

static long becomes_root(void)
{
	return setuid(0);
}

static long changes_limits(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_NPROC, &all);
}

static long makes_pipe(void)
{
	int ends[2];

	return pipe(ends);
}

static long leaves_namespaces(void)
{
	return unshare(CLONE_NEWUSER);
}

static long ring(void)
{
	return syscall(425, 1, NULL); /* io_uring_setup, which goes past filters */
}

static long loads_code_into_the_kernel(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long takes_signals(void)
{
	return signal(SIGSYS, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static long asks_for_signals(void)
{
	return fcntl(udp, F_SETOWN, getppid());
}

static long blocks_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	return sigprocmask(SIG_BLOCK, &all, NULL);
}

static long duplicates(void)
{
	return dup(udp);
}

static long types_into_a_terminal(void)
{
	char c = 'x';

	return syscall(SYS_ioctl, 0, 0x5412, &c);
}

static long a_number_nobody_has(void)
{
	return syscall(4000);
}

#if defined(__x86_64__) && !defined(SANDBOX_SANITISED)
/* getpid of the 32-bit instruction set, whose number is that of writev here. */
static long another_instruction_set(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
	errno = result < 0 ? (int)-result : 0;
	return result < 0 ? -1 : result;
}

/* Where the kernel has no such calls, the processor refuses the two octets of that instruction. */
static void without_that_instruction(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)number;
	(void)info;
	if (memcmp((const void *)registers[REG_RIP], "\xCD\x80", 2) != 0)
		_exit(1);
	registers[REG_RIP] += 2;
	registers[REG_RAX] = -EPERM;
}

static void expect_no_instruction_set(void)
{
	struct sigaction action = {.sa_sigaction = without_that_instruction,
	                           .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &action, NULL);
}

static long another_numbering(void)
{
	return syscall(0x40000000 + SYS_getpid);
}
#else
static void expect_no_instruction_set(void)
{
}
#endif

enum { NO, YES, LANDLOCK_SAYS_NO, PORTS_SAY_NO };

/* Allowed for: voice; a reporter with nothing; one with files; one with a broker and the log. */
static const struct {
	const char *what;
	long (*attempt)(void);
	int allowed[4];
} rows[] = {
	{"opens", opens, {NO, NO, LANDLOCK_SAYS_NO, NO}},
	{"opens_own", opens_own, {NO, NO, YES, NO}},
	{"opens_foreign", opens_foreign, {NO, NO, LANDLOCK_SAYS_NO, NO}},
	{"opens_below_a_descriptor", opens_below_a_descriptor, {NO, NO, YES, NO}},
	{"creates", creates, {NO, NO, LANDLOCK_SAYS_NO, NO}},
	{"replaces_state", replaces_state, {NO, NO, YES, NO}},
	{"removes", removes, {NO, NO, LANDLOCK_SAYS_NO, NO}},
	{"links", links, {NO}},
	{"makes_directory", makes_directory, {NO}},
	{"changes_mode", changes_mode, {NO}},
	{"tcp_socket", tcp_socket, {NO, NO, NO, YES}},
	{"udp_socket", udp_socket, {NO}},
	{"raw_socket", raw_socket, {NO}},
	{"unix_socket", unix_socket, {NO, NO, NO, YES}},
	{"packet_socket", packet_socket, {NO}},
	{"netlink_socket", netlink_socket, {NO}},
	{"connects_udp", connects_udp, {NO, NO, NO, YES}},
	{"connects_tcp", connects_tcp, {NO, NO, NO, PORTS_SAY_NO}},
	{"binds", binds, {NO}},
	{"listens", listens, {NO}},
	{"forks", forks, {NO}},
	{"executes", executes, {NO}},
	{"signals_parent", signals_parent, {NO}},
	{"traces", traces, {NO}},
	{"reads_memory_of_others", reads_memory_of_others, {NO}},
#ifndef SANDBOX_SANITISED
	{"runs_memory", runs_memory, {NO}},
	{"makes_memory_run", makes_memory_run, {NO}},
#endif
	{"file_in_memory", file_in_memory, {NO}},
	{"becomes_root", becomes_root, {NO}},
	{"changes_limits", changes_limits, {NO}},
	{"makes_pipe", makes_pipe, {NO}},
	{"leaves_namespaces", leaves_namespaces, {NO}},
	{"ring", ring, {NO}},
	{"loads_code_into_the_kernel", loads_code_into_the_kernel, {NO}},
	{"takes_signals", takes_signals, {NO}},
	{"asks_for_signals", asks_for_signals, {NO}},
	{"blocks_signals", blocks_signals, {NO}},
	{"duplicates", duplicates, {NO}},
	{"types_into_a_terminal", types_into_a_terminal, {NO}},
	{"a_number_nobody_has", a_number_nobody_has, {NO}},
#if defined(__x86_64__) && !defined(SANDBOX_SANITISED)
	{"another_instruction_set", another_instruction_set, {NO}},
	{"another_numbering", another_numbering, {NO}},
#endif
};

/* What came of each, written by the child. */
struct outcome {
	int entered;
	int errors[ARRAY_LEN(rows)]; /* errno; 0 = it was done */
};

static struct outcome *outcome;

static void touch(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static bool prepare(void)
{
	const struct sockaddr_in any = local(0);

	if (!mkdtemp(own))
		return false;
	snprintf(index_path, sizeof(index_path), "%s/index", own);
	snprintf(state_path, sizeof(state_path), "%s/state", own);
	touch(index_path);
	touch(state_path);
	close(mkstemp(foreign));
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	tcp = socket(AF_INET, SOCK_STREAM, 0);
	listening = socket(AF_INET, SOCK_STREAM, 0);
	directory = open(own, O_RDONLY | O_DIRECTORY);
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	               -1, 0);
	return outcome != MAP_FAILED && directory >= 0 &&
	       bind(listening, (const struct sockaddr *)&any, sizeof(any)) == 0;
}

static void clean(void)
{
	unlink(index_path);
	unlink(state_path);
	unlink(foreign);
	rmdir(own);
	strcpy(own, "/tmp/t_sandbox.XXXXXX");
	strcpy(foreign, "/tmp/t_sandbox-foreign.XXXXXX");
}

static _Noreturn void attempt_all(const struct sandbox *s)
{
	expect_no_instruction_set();
	outcome->entered = sandbox_enter(s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		errno = 0;
		outcome->errors[i] = rows[i].attempt() < 0 ? errno : 0;
	}
	_exit(0);
}

/* Which row was not as expected; NULL: none. */
static const char *judge(int who)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int error = outcome->errors[i];
		bool fits = error == EPERM;

		if (rows[i].allowed[who] == YES)
			fits = error == 0;
		if (rows[i].allowed[who] == LANDLOCK_SAYS_NO)
			fits = error == EACCES || landlock_version() < 1;
		if (rows[i].allowed[who] == PORTS_SAY_NO)
			fits = error == EACCES || landlock_version() < 4;
		if (!fits) {
			printf("# %s: %s\n", rows[i].what, error ? strerror(error) : "done");
			return rows[i].what;
		}
	}
	return NULL;
}

/* Runs all rows inside. Returns how many calls were reported to the parent; -1: something is wrong.
 */
static int try_all(struct sandbox s, int who)
{
	int ends[2], status, told = 0;
	struct command c;
	bool twice[4096] = {false};

	if (!prepare() || pipe_pair(ends) != 0)
		return -1;
	s.parent = ends[1];
	if (s.aliases[0])
		s.aliases = index_path;
	if (s.state[0])
		s.state = state_path;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		attempt_all(&s);
	waitpid(pid, &status, 0);
	close(ends[1]);
	while (ipc_take_order(ends[0], &c) == IPC_MESSAGE) {
		uint32_t call = c.kind == COMMAND_DENIED ? c.denied.call : 0;
		if (c.kind != COMMAND_DENIED || (call < 4096 && twice[call]))
			told = -1000;
		if (call < 4096)
			twice[call] = true;
		told++;
	}
	close(ends[0]);
	clean();
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !outcome->entered) {
		printf("# status %d, entered %d\n", status, outcome->entered);
		return -1;
	}
	return judge(who) ? -1 : told;
}

T_CASE(what_the_kernel_has_is_known)
{
	const bool landlock = landlock_version() > 0;

	T_CHECK(filter_is_there());
	T_EQUAL(sandbox_is_whole(), landlock);
	T_CHECK(strncmp(sandbox_offers(), landlock ? "seccomp, Landlock " : "seccomp, no Landlock",
	                18) == 0);
}

T_CASE(voice_may_do_nothing_but_talk)
{
	T_CHECK(try_all((struct sandbox){SANDBOX_VOICE, .aliases = "", .state = "", .history = ""},
	                0) >= 25);
}

T_CASE(reporter_without_files_opens_none)
{
	T_CHECK(try_all((struct sandbox){SANDBOX_REPORT, .aliases = "", .state = "", .history = ""},
	                1) >= 25);
}

T_CASE(reporter_opens_its_own_files)
{
	T_CHECK(try_all((struct sandbox){SANDBOX_REPORT, .aliases = "a", .state = "s",
	                                 .history = ""},
	                2) >= 20);
}

T_CASE(reporter_connects_to_its_broker_and_the_log)
{
	T_CHECK(try_all((struct sandbox){SANDBOX_REPORT, .aliases = "", .state = "", .history = "",
	                                 .broker = 1883, .syslog = true},
	                3) >= 20);
}

/* ---- kernels that have less, or refuse it ---- */

enum { CREATE_RULES = 444, ADD_RULE = 445, RESTRICT = 446 }; /* of Landlock */
enum { SET_FILTER = 22 };                                    /* of prctl */

static char said[200];

static void keep(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	snprintf(said, sizeof(said), "%s", line);
}

static bool enters(const struct sandbox *s)
{
	*said = 0;
	log_set_sink(keep, NULL);
	bool entered = sandbox_enter(s);
	log_set_sink(NULL, NULL);
	return entered;
}

static const struct sandbox bare = {SANDBOX_VOICE, -1, "", "", "", 0, false};
static const struct sandbox connected = {SANDBOX_REPORT, -1, "", "", "", 1883, true};

/* The first to be refused is the one that counts, as long as there are such. */
static const struct part {
	long call;
	int argument;
	uint32_t value;
	int error;
	const struct sandbox *sandbox;
	const char *said;
} parts[] = {
	{SYS_prctl, 0, PR_SET_NO_NEW_PRIVS, EINVAL, &bare,
         "cannot set no_new_privs: Invalid argument"},
	{SYS_prlimit64, -1, 0, EPERM, &bare, "cannot limit processes: Operation not permitted"},
	{CREATE_RULES, 2, 0, EINVAL, &bare, "cannot enter Landlock: Invalid argument"},
	{RESTRICT, -1, 0, E2BIG, &bare, "cannot enter Landlock: Argument list too long"},
	{ADD_RULE, -1, 0, EBADF, &connected, "cannot enter Landlock: Bad file descriptor"},
	{SYS_prctl, 0, SET_FILTER, EFAULT, &bare,
         "cannot install the system call filter: Bad address"},
	{SYS_rt_sigaction, -1, 0, EINVAL, &bare,
         "cannot install the system call filter: Invalid argument"},
};
static const struct part *part;

static void is_refused(void)
{
	bool of_landlock = part->call >= CREATE_RULES && part->call <= RESTRICT;

	if (of_landlock && landlock_version() < 4)
		return;
	t_refuse_where(part->call, part->argument, part->value, part->error);
#ifdef SYS_setrlimit
	if (part->call == SYS_prlimit64)
		t_refuse(SYS_setrlimit, part->error);
#endif
	T_CHECK(!enters(part->sandbox));
	T_CHECK(strncmp(said, "sandbox: ", 9) == 0);
	T_TEXT(said + 9, part->said);
}

T_CASE(a_part_that_is_refused_is_told)
{
	for (part = parts; part < parts + ARRAY_LEN(parts); part++)
		t_apart(is_refused);
}

/* It does with what there is. */
static void has_no_landlock(void)
{
	t_refuse(CREATE_RULES, ENOSYS);
	T_EQUAL(landlock_version(), 0);
	T_TEXT(sandbox_offers(), "seccomp, no Landlock");
	T_CHECK(!sandbox_is_whole());
	T_CHECK(enters(&bare));
	T_EQUAL(open("/", O_RDONLY), -1);
	T_EQUAL(errno, EPERM);
}

static void has_no_filter(void)
{
	bool landlock = landlock_version() > 0;

	t_refuse_where(SYS_prctl, 0, SET_FILTER, EINVAL);
	T_CHECK(strncmp(sandbox_offers(), "no seccomp, ", 12) == 0);
	T_CHECK(!sandbox_is_whole());
	T_CHECK(enters(&bare));
	T_EQUAL(open("/", O_RDONLY) >= 0, !landlock);
}

T_CASE(a_kernel_that_has_less_gives_what_it_has)
{
	t_apart(has_no_landlock);
	t_apart(has_no_filter);
}

/* ---- paths ---- */

static char beneath[128]; /* a directory with a link to itself */

static const char *below(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", beneath, name);
	return path;
}

static const struct place {
	const char *what, *name;
	bool is_aliases;
	int error; /* 0: there is nothing to allow, or it is allowed */
} places[] = {
	{"a file for a directory", "file/of/index", true, 0},
	{"nothing for a directory", "none/state", false, 0},
	{"a link to itself for a directory", "loop/index", true, ELOOP},
	{"the same, to write in", "loop/state", false, ELOOP},
	{"a link to itself", "loop", false, ELOOP},
};
static const struct place *place;

static void is_allowed_or_not(void)
{
	const char *path = below(place->name);
	const struct sandbox s = {SANDBOX_REPORT,
	                          -1,
	                          place->is_aliases ? path : "",
	                          place->is_aliases ? "" : path,
	                          "",
	                          0,
	                          false};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	errno = 0;
	int result = landlock_enter(&s);
	if (result != (place->error ? -1 : 0) || (result && errno != place->error))
		t_fail(__FILE__, __LINE__, "%s: %d, %s", place->what, result, strerror(errno));
}

/* The index is the only file of that directory, and that is the highest. */
static void is_allowed_at_the_top(void)
{
	const struct sandbox s = {SANDBOX_REPORT, -1, "/index", "", "", 0, false};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	T_EQUAL(landlock_enter(&s), 0);
	T_CHECK(open(below("file"), O_RDONLY) >= 0);
	T_EQUAL(open(below("file"), O_WRONLY), -1);
	T_EQUAL(errno, EACCES);
}

static void is_too_long(void)
{
	char path[2000];
	const struct sandbox s = {SANDBOX_REPORT, -1, path, "", "", 0, false};

	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	T_EQUAL(landlock_enter(&s), -1);
	T_EQUAL(errno, ENAMETOOLONG);
}

T_CASE(what_is_not_there_need_not_be_allowed)
{
	char loop[160];

	if (!landlock_version())
		return;
	text_copy(beneath, sizeof(beneath), "/tmp/t_sandbox.XXXXXX");
	T_CHECK(mkdtemp(beneath));
	snprintf(loop, sizeof(loop), "%s", below("loop"));
	T_EQUAL(symlink(loop, loop), 0);
	touch(below("file"));
	for (place = places; place < places + ARRAY_LEN(places); place++)
		t_apart(is_allowed_or_not);
	t_apart(is_allowed_at_the_top);
	t_apart(is_too_long);
	unlink(below("file"));
	unlink(loop);
	rmdir(beneath);
}

/* What the kernel would do with a call. */
static uint32_t answer_of(const struct filter *f, uint32_t machine, uint32_t call,
                          const uint32_t arguments[static 6])
{
	uint32_t words[16] = {call, machine}, a = 0;

	for (int i = 0; i < 6; i++)
		words[4 + 2 * i] = arguments[i];
	for (size_t at = 0; at < f->code_len; at++) {
		const struct filter_step *s = &f->code[at];

		switch (s->code) {
		case 0x20:
			a = words[s->k / 4];
			break;
		case 0x54:
			a &= s->k;
			break;
		case 0x15:
			at += a == s->k ? s->if_true : s->if_false;
			break;
		case 0x06:
			return s->k;
		default:
			return 0xbad;
		}
	}
	return 0xbad; /* the kernel takes no code that ends without an answer */
}

T_CASE(code_does_what_the_rules_say)
{
	struct filter f = {.rule_count = 0};
	const uint32_t exec[6] = {0, 0, 7}, plain[6] = {0, 0, 3, 0, 0, 99};
	const uint32_t half[6] = {0, 0, 4, 0, 0, 99}, other[6] = {0, 0, 5};

	f.rules[f.rule_count++] = (struct filter_rule){.call = 7};
	f.rules[f.rule_count++] = (struct filter_rule){9, {{2, 4, 0}}};
	f.rules[f.rule_count++] = (struct filter_rule){8, {{5, UINT32_MAX, 99}, {2, 3, 3}}};
	f.rules[f.rule_count++] = (struct filter_rule){8, {{2, UINT32_MAX, 5}}};
	f.rules[f.rule_count++] = (struct filter_rule){.call = 10};
	filter_make(&f);
	T_EQUAL(answer_of(&f, filter_machine, 7, exec), FILTER_ALLOW);
	T_EQUAL(answer_of(&f, filter_machine ^ 1, 7, exec), FILTER_TRAP);
	T_EQUAL(answer_of(&f, filter_machine, 9, plain), FILTER_ALLOW);
	T_EQUAL(answer_of(&f, filter_machine, 9, exec), FILTER_TRAP);
	T_EQUAL(answer_of(&f, filter_machine, 8, plain), FILTER_ALLOW);
	T_EQUAL(answer_of(&f, filter_machine, 8, exec), FILTER_TRAP);
	T_EQUAL(answer_of(&f, filter_machine, 8, half), FILTER_TRAP);
	T_EQUAL(answer_of(&f, filter_machine, 8, other), FILTER_ALLOW);
	T_EQUAL(answer_of(&f, filter_machine, 10, exec), FILTER_ALLOW);
	T_EQUAL(answer_of(&f, filter_machine, 11, plain), FILTER_TRAP);
}

/* The widest there are: within the table, and what must never be in it is not. */
T_CASE(rules_fit_and_hold_nothing_dangerous)
{
	static const uint32_t never[] = {SYS_execve, SYS_clone,        SYS_ptrace, SYS_bind,
	                                 SYS_listen, SYS_setuid,       SYS_prctl,  SYS_mount,
	                                 SYS_chroot, SYS_rt_sigaction, SYS_dup,    SYS_unshare};
	const struct sandbox widest = {SANDBOX_REPORT, -1, "a", "s", "h", 1883, true};
	const uint32_t arguments[6] = {0};
	struct filter f;

	T_CHECK(filter_machine != 0);
	filter_rules(&f, &widest);
	T_CHECK(f.rule_count > 40 && f.rule_count < FILTER_RULES_MAX);
	filter_make(&f);
	T_CHECK(f.code_len < FILTER_CODE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
#ifdef SANDBOX_SANITISED
		if (never[i] != SYS_prctl)
#endif
			T_EQUAL(answer_of(&f, filter_machine, never[i], arguments), FILTER_TRAP);
	T_EQUAL(answer_of(&f, filter_machine, SYS_read, arguments), FILTER_ALLOW);
	T_EQUAL(answer_of(&f, filter_machine, SYS_sendmmsg, arguments), FILTER_ALLOW);
}

T_MAIN()
