#include "base/deflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/inflate.h"
#include "harness/t.h"

#define MOST 100000u

static uint8_t plain[MOST], back[MOST];
static char packed[DEFLATE_OUT(MOST) + 1];

/* Compresses `plain` in pieces of this length. */
static size_t pack(size_t len, size_t piece)
{
	static struct deflate d;
	struct text t = text_make(packed, sizeof(packed));

	deflate_begin(&d, &t);
	for (size_t at = 0; at < len; at += piece)
		deflate_put(&d, plain + at, piece < len - at ? piece : len - at, &t);
	deflate_end(&d, &t);
	return t.cut ? 0 : t.len;
}

static size_t there_and_back(size_t len, size_t piece)
{
	size_t out = pack(len, piece);

	memset(back, 0xaa, sizeof(back));
	bool good = inflate_size(packed, out) == len && inflate_gzip(packed, out, back, len) &&
	            memcmp(plain, back, len) == 0;
	return good ? out : SIZE_MAX;
}

/* As gzip reads it. */
static bool gzip_reads(size_t len, size_t packed_len)
{
	char name[] = "/tmp/freedmr-deflate-XXXXXX", command[80];
	int fd = mkstemp(name);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		return false;
	bool good = fwrite(packed, 1, packed_len, f) == packed_len;
	good = fclose(f) == 0 && good;
	snprintf(command, sizeof(command), "gzip -dc <%s", name);
	f = popen(command, "r");
	size_t n = f ? fread(back, 1, sizeof(back), f) : 0;
	good = f && pclose(f) == 0 && good;
	unlink(name);
	return good && n == len && memcmp(plain, back, len) == 0;
}

static uint32_t dice = 1;

static uint32_t roll(void)
{
	dice = dice * 1664525u + 1013904223u;
	return dice >> 8;
}

T_CASE(everything_comes_back_as_it_was)
{
	static const size_t pieces[] = {1, 7, 258, 4096, 6000, MOST};
	static const size_t lengths[] = {0, 1, 3, 4, 5, 259, 4097, 8192, 8193, 50000, MOST};

	for (uint32_t symbols = 1; symbols <= 256; symbols *= 4) {
		for (size_t i = 0; i < MOST; i++)
			plain[i] = (uint8_t)(roll() % symbols + (symbols > 64 ? 0 : 'a'));
		for (size_t i = 0; i < ARRAY_LEN(lengths) * ARRAY_LEN(pieces); i++) {
			size_t len = lengths[i / ARRAY_LEN(pieces)];
			size_t out = there_and_back(len, pieces[i % ARRAY_LEN(pieces)]);
			T_CHECK(out <= DEFLATE_OUT(len));
		}
	}
}

T_CASE(others_read_it)
{
	for (size_t i = 0; i < MOST; i++)
		plain[i] = (uint8_t)(roll() % 3 ? i / 50 : roll());
	T_CHECK(gzip_reads(MOST, pack(MOST, 777)));
	memset(plain, 'x', MOST);
	T_CHECK(gzip_reads(MOST, pack(MOST, MOST)));
	T_CHECK(gzip_reads(0, pack(0, 1)));
}

T_CASE(rows_shrink_to_a_fifth)
{
	size_t len = 0;

	for (unsigned n = 0; len < MOST - 400; n++)
		len += (size_t)snprintf(
			(char *)plain + len, 400,
			"{\"client\":%u,\"listener\":\"hotspots\",\"state\":\"connected\","
			"\"since\":17672256%02u.000,\"callsign\":\"M0%c%c%c\",\"rx_hz\":"
			"433000000,\"location\":\"Place %u\",\"software\":\"20240101\"},\n",
			2340000 + n * 7, n % 100, 'A' + n % 26, 'A' + n / 3 % 26, 'A' + n / 7 % 26,
			n);
	T_CHECK(there_and_back(len, 250) < len / 5);
}

T_CASE(what_gzip_has_made_is_read)
{
	static const char *const how[] = {"gzip -9nc", "gzip -1nc", "gzip -6nc"};
	static uint8_t made[2 * MOST];
	char command[100];
	FILE *f = fopen("modules/report/http/page.html", "r");
	size_t len = f ? fread(plain, 1, sizeof(plain), f) : 0;

	T_CHECK(f && len > 1000);
	if (f)
		fclose(f);
	for (size_t i = 0; i < ARRAY_LEN(how); i++) {
		snprintf(command, sizeof(command), "%s <modules/report/http/page.html", how[i]);
		f = popen(command, "r");
		size_t n = f ? fread(made, 1, sizeof(made), f) : 0;
		T_CHECK(f && pclose(f) == 0);
		T_EQUAL(inflate_size(made, n), len);
		T_CHECK(inflate_gzip(made, n, back, len));
		T_CHECK(memcmp(plain, back, len) == 0);
	}
}

/* Where one octet is most of it, its code has one bit. */
T_CASE(a_code_of_one_bit_is_read)
{
	static const uint8_t made[] = {
		0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x05, 0xc1, 0x01,
		0x01, 0x00, 0x00, 0x00, 0x82, 0xa0, 0xad, 0xd8, 0xff, 0x0f, 0x01, 0x00, 0x00,
		0x00, 0x00, 0x40, 0xb5, 0xed, 0x72, 0x70, 0x9c, 0x78, 0x2e, 0x00, 0x00, 0x00};

	T_EQUAL(inflate_size(made, sizeof(made)), 46);
	T_CHECK(inflate_gzip(made, sizeof(made), back, 46));
	T_CHECK(memcmp(back, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbccc", 46) == 0);
}

T_CASE(what_is_damaged_is_refused_or_wrong_but_stays_inside)
{
	for (size_t i = 0; i < 2000; i++)
		plain[i] = (uint8_t)(i % 37 + roll() % 2);
	size_t out = pack(2000, 2000);
	for (unsigned i = 0; i < 3000; i++) {
		char *broken = malloc(out);
		uint8_t *room = malloc(2000);
		size_t len = i < out ? i : out;
		memcpy(broken, packed, out);
		if (i >= out)
			broken[10 + roll() % (out - 10)] = (char)roll();
		(void)!inflate_gzip(broken, len, room, 2000);
		free(broken);
		free(room);
	}
}

/* The codes of a block are numbers, too: not all make sense, and more may be given than there are.
 */
T_CASE(codes_that_are_damaged_stay_inside)
{
	static uint8_t made[2 * MOST];
	FILE *f = popen("gzip -9nc <modules/report/http/page.html", "r");
	size_t len = f ? fread(made, 1, sizeof(made), f) : 0, kept = 0;

	T_CHECK(f && pclose(f) == 0 && len > 1000);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t broken[200];
		memcpy(broken, made, sizeof(broken));
		for (unsigned n = 0; n <= i % 3; n++)
			broken[10 + roll() % (i % 100 + 1)] = (uint8_t)roll();
		kept += inflate_gzip(broken, sizeof(broken), back, 1000);
	}
	T_EQUAL(kept, 0);
}

/* A block that is stored as it is (RFC 1951, section 3.2.4), between the head and the end of gzip.
 */
static size_t stored(uint8_t *out, size_t len, uint8_t type)
{
	static const uint8_t head[10] = {0x1f, 0x8b, 8};

	memcpy(out, head, sizeof(head));
	out[10] = type;
	out[11] = (uint8_t)len;
	out[12] = (uint8_t)(len >> 8);
	out[13] = (uint8_t)~len;
	out[14] = (uint8_t)(~len >> 8);
	memcpy(out + 15, plain, len);
	memset(out + 15 + len, 0, 8);
	return 15 + len + 8;
}

T_CASE(a_stored_block_is_read_up_to_its_end_and_into_its_room)
{
	static uint8_t made[MOST];

	for (size_t i = 0; i < 65535; i++)
		plain[i] = (uint8_t)roll();
	for (size_t len = 65535; len > 0; len = len == 65535 ? 300 : len / 3) {
		size_t n = stored(made, len, 1);
		T_CHECK(inflate_gzip(made, n, back, len));
		T_CHECK(memcmp(back, plain, len) == 0);
		T_CHECK(!inflate_gzip(made, n, back, len - 1));
		T_CHECK(!inflate_gzip(made, n, back, len + 1));
		T_CHECK(!inflate_gzip(made, n - 1, back, len));
	}
}

T_CASE(what_is_no_gzip_is_refused)
{
	static uint8_t made[MOST];
	size_t n = stored(made, 4, 1);

	T_CHECK(inflate_gzip(made, n, back, 4));
	for (size_t i = 0; i < 4; i++) {
		made[i] ^= 1;
		T_CHECK(!inflate_gzip(made, n, back, 4));
		made[i] ^= 1;
	}
	T_CHECK(!inflate_gzip(made, 17, back, 0));
	T_EQUAL(inflate_size(made, 17), 0);
	T_CHECK(!inflate_gzip(made, stored(made, 4, 7), back, 4)); /* a block of no type */
}

T_MAIN()
