/*
 * A recorded call: two hotspots on TG 91, one talks for 72 bursts with link control,
 * talker alias and position in turns, then sends a short message.
 */
#include "dmr/alias.h"
#include "dmr/bits.h"
#include "dmr/burst.h"
#include "dmr/csbk.h"
#include "dmr/data_header.h"
#include "dmr/gps.h"
#include "unit/dmr/vectors.h"

#define TALKER 2300301

/* What the uplink of the recording holds. */
struct heard {
	struct lc header, terminator, voice;
	struct talker_alias alias, alias_datagrams;
	struct gps gps, gps_datagram;
	struct csbk csbk[4];
	struct data_header data;
	unsigned headers, terminators, voices, aliases, positions, csbks, datas;
};

static void hear_data_sync(struct heard *h, const uint8_t *burst, uint8_t type)
{
	uint8_t cc, coded_type;
	T_CHECK(burst_slot_type(burst, &cc, &coded_type));
	T_EQUAL(cc, 1);
	T_EQUAL(coded_type, type);
	T_EQUAL(burst_sync(burst), SYNC_MS_DATA);
	if (type == DMR_VOICE_HEADER)
		h->headers += lc_decode(burst, DMR_VOICE_HEADER, &h->header);
	if (type == DMR_TERMINATOR)
		h->terminators += lc_decode(burst, DMR_TERMINATOR, &h->terminator);
	if (type == DMR_CSBK && h->csbks < ARRAY_LEN(h->csbk))
		h->csbks += csbk_decode(burst, &h->csbk[h->csbks]);
	if (type == DMR_DATA_HEADER)
		h->datas += data_header_decode(burst, &h->data);
}

static void hear_embedded(struct heard *h, const struct lc *lc)
{
	struct lc_coded coded;
	struct lc back;
	lc_encode(lc, &coded);
	T_CHECK(lc_decode(coded.header, DMR_VOICE_HEADER, &back));
	T_BYTES(back.octets, lc->octets, DMR_LC_LEN);
	if (gps_decode(lc, &h->gps)) {
		h->positions++;
	} else if (lc_flco(lc) == FLCO_GROUP) {
		h->voice = *lc;
		h->voices++;
	} else {
		h->aliases++;
		(void)alias_put_lc(&h->alias, lc);
	}
}

static void hear_burst(struct heard *h, struct lc_assembler *a, uint8_t flags,
                       const uint8_t burst[static DMR_BURST_LEN])
{
	struct lc lc;
	if ((flags & 0x20) != 0)
		hear_data_sync(h, burst, flags & 15);
	else if (lc_assemble(a, burst, flags & 15, &lc)) /* burst A has number 0 */
		hear_embedded(h, &lc);
}

static void hear_all(struct heard *h)
{
	char line[2048], hex[1024], way;
	struct lc_assembler a = {0};
	FILE *f = fopen("test/data/captures/direct-alias-data.txt", "r");
	memset(h, 0, sizeof(*h));
	T_CHECK(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		uint8_t octets[512];
		if (sscanf(line, "%*d %*d %c %1023s", &way, hex) != 2 || way != '>')
			continue;
		size_t len = t_hex(hex, octets, sizeof(octets));
		if (len == 55 && memcmp(octets, "DMRD", 4) == 0)
			hear_burst(h, &a, octets[15], octets + 20);
		if (len == 15 && memcmp(octets, "DMRA", 4) == 0)
			(void)alias_put(&h->alias_datagrams, octets[7], octets + 8);
		if (len == 14 && memcmp(octets, "DMRG", 4) == 0)
			h->gps_datagram = gps_read(octets + 7);
	}
	fclose(f);
}

T_CASE(header_terminator_and_voice_name_the_call)
{
	struct heard h;
	hear_all(&h);
	T_EQUAL(h.headers, 1);
	T_EQUAL(h.terminators, 1);
	T_CHECK(h.voices >= 2);
	T_CHECK(lc_names(&h.header, FLCO_GROUP, 91, TALKER));
	T_CHECK(lc_names(&h.terminator, FLCO_GROUP, 91, TALKER));
	T_CHECK(lc_names(&h.voice, FLCO_GROUP, 91, TALKER));
}

T_CASE(every_superframe_carries_something)
{
	struct heard h;
	hear_all(&h);
	T_EQUAL(h.voices + h.aliases + h.positions, 72 / 6);
}

T_CASE(the_alias_is_the_same_in_voice_and_datagrams)
{
	struct heard h;
	char text[ALIAS_TEXT_CAP];
	hear_all(&h);
	T_CHECK(alias_text(&h.alias, text));
	T_TEXT(text, "RIG1 Rig Operator");
	T_CHECK(alias_text(&h.alias_datagrams, text));
	T_TEXT(text, "RIG1 Rig Operator");
}

T_CASE(the_position_is_the_same_in_voice_and_datagrams)
{
	struct heard h;
	hear_all(&h);
	T_CHECK(h.positions >= 1);
	T_EQUAL(h.gps.lat_udeg, 50099995);
	T_EQUAL(h.gps.lon_udeg, 14399996);
	T_EQUAL(h.gps.error, 1);
	T_EQUAL(h.gps_datagram.lat_udeg, h.gps.lat_udeg);
	T_EQUAL(h.gps_datagram.lon_udeg, h.gps.lon_udeg);
}

T_CASE(the_message_is_announced_and_counted)
{
	struct heard h;
	hear_all(&h);
	T_EQUAL(h.csbks, 2);
	for (unsigned i = 0; i < 2; i++) {
		T_EQUAL(h.csbk[i].opcode, CSBKO_PREAMBLE);
		T_CHECK(h.csbk[i].data_follows);
		T_CHECK(h.csbk[i].group);
		T_EQUAL(h.csbk[i].dst, 91);
		T_EQUAL(h.csbk[i].src, TALKER);
	}
	T_EQUAL(h.datas, 1);
	T_EQUAL(h.data.format, DATA_UNCONFIRMED);
	T_CHECK(h.data.group);
	T_EQUAL(h.data.dst, 91);
	T_EQUAL(h.data.src, TALKER);
	T_EQUAL(h.data.blocks, 3);
}

T_MAIN()
