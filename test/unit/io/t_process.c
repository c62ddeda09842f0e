#include "io/process.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/peer.h"

T_CASE(the_title_takes_the_room_of_arguments_without_a_gap)
{
	char room[] = "freedmr\0-c\0file\0ENV=1";
	char apart[] = "apart";
	char *together[] = {room, room + 8, room + 11, NULL};
	char *torn[] = {room, apart, room + 11, NULL};

	T_EQUAL(process_title_of(0, together).room, 0);
	T_EQUAL(process_title_of(1, together).room, 8);
	T_EQUAL(process_title_of(3, together).room, 16);
	T_EQUAL(process_title_of(3, torn).room, 8);
}

static void rename_and_look(const char *name, const char *kept)
{
	char room[16] = "freedmr -c file", comm[32] = "";
	const struct process_title title = {room, sizeof(room)};
	char was[16];

	prctl(PR_GET_NAME, was);
	process_rename(&title, name);
	T_TEXT(room, kept);
	T_EQUAL(room[15], 0);
	prctl(PR_GET_NAME, comm);
	T_EQUAL(strncmp(comm, name, 15), 0);
	prctl(PR_SET_NAME, was);
}

T_CASE(a_name_is_shown_as_far_as_there_is_room)
{
	const struct process_title none = {NULL, 0};

	rename_and_look("freedmr-voice", "freedmr-voice");
	if (!t_failed())
		rename_and_look("a name longer than the room", "a name longer t");
	process_rename(&none, "t_process");
}

/* The exit status of the grandchild shows whether it saw its parent die. */
T_CASE(a_process_ends_with_its_parent)
{
	int ends[2];
	char octet;

	T_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		pid_t own = getpid();
		if (fork() == 0) {
			close(ends[0]);
			(void)!write(ends[1], process_die_with(own) ? "y" : "n", 1);
			alarm(60); /* whatever happens */
			for (;;)
				pause();
		}
		close(ends[1]);
		(void)!read(ends[0], &octet, 1);
		_exit(octet == 'y' ? 0 : 1);
	}
	int status = -1;
	close(ends[1]);
	T_EQUAL(waitpid(child, &status, 0), child);
	T_EQUAL(WEXITSTATUS(status), 0);
	struct pollfd end = {.fd = ends[0], .events = POLLIN};
	T_EQUAL(poll(&end, 1, T_PATIENCE_MS), 1);
	T_EQUAL(read(ends[0], &octet, 1), 0); /* the last holder of the other end is gone */
	close(ends[0]);
	T_CHECK(!process_die_with(getppid() + 1));
	prctl(PR_SET_PDEATHSIG, 0);
}

T_CASE(a_hidden_process_leaves_no_core)
{
	process_hide();
	T_EQUAL(prctl(PR_GET_DUMPABLE), 0);
	prctl(PR_SET_DUMPABLE, 1);
	T_CHECK(process_peak_bytes() > 100000);
}

T_CASE(a_path_that_does_not_fit_is_not_known)
{
	char whole[4096], cut[8];

	T_CHECK(process_path(whole, sizeof(whole)));
	T_CHECK(whole[0] == '/' && access(whole, X_OK) == 0);
	T_CHECK(!process_path(cut, sizeof(cut)));
	T_EQUAL(strlen(cut), sizeof(cut) - 1);
}

T_CASE(the_other_end_of_a_unix_socket_is_known)
{
	struct peer_identity who;
	int ends[2], pipes[2];

	T_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	T_CHECK(peer_identify(ends[0], &who));
	T_EQUAL(who.uid, geteuid());
	T_EQUAL(who.pid, getpid());
	close(ends[0]);
	close(ends[1]);
	T_EQUAL(pipe(pipes), 0);
	T_CHECK(!peer_identify(pipes[0], &who));
	close(pipes[0]);
	close(pipes[1]);
}

T_MAIN()
