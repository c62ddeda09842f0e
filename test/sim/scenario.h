/*
 * A scenario as read from its file: the configuration, and what happens when, in the order of time.
 * A transmission is written out into one step per frame; the words of any other statement are left
 * to the code that performs it. A file that cannot be read ends the program with status 2.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/tick.h"
#include "sim/judge.h"

#define WORDS_MAX 64
#define PASSPHRASE "correct horse"
#define PEER_ID 0xE0000000u /* + the peer's place: what its frames go by in here */
#define PEERS_MAX 51u

/* What a peer puts around a frame. */
struct mesh {
	uint32_t server, repeater, id; /* server and id: 0 = as configured */
	uint8_t hops;
	int64_t age;         /* of the time stamp, ms */
	char passphrase[24]; /* "" = the right one */
};

/* One thing to do: a statement's words, or one datagram of a transmission. */
struct step {
	tick_t at;
	unsigned order;
	int line;
	char **word; /* NULL-terminated; NULL for a datagram */
	uint32_t client;
	struct addr from; /* a datagram's sender; port 0 = the client's own address */
	size_t len;
	uint8_t frame[JUDGE_FRAME_LEN];
	bool honest; /* its LC names what its DMRD names */
	struct mesh mesh;
};

struct talker; /* a transmission under way while the file is read */

struct scenario {
	const char *path;
	bool has_seed;
	uint8_t seed[2]; /* of a server of test/mesh */
	char *config;
	struct step *steps;
	size_t count, cap;
	struct talker *talkers;
	size_t talker_count;
	tick_t end_of_talk;
	char *peers[PEERS_MAX]; /* names, in the order of the file */
	uint32_t peer_count;
};

void scenario_read(struct scenario *s, const char *path);
void scenario_free(struct scenario *s);

/* The name of a data burst in the scenario language, or -1. */
int scenario_data_type(const char *word);

/* `rows` with room for `need` of them, each of `size` octets. */
void *rows_grow(void *rows, size_t *cap, size_t need, size_t size);

#endif
