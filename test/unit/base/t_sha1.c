#include "base/sha1.h"

#include <string.h>

#include "harness/t.h"

static void digest_of(const void *bytes, size_t len, uint8_t digest[static SHA1_LEN])
{
	struct sha s;

	sha1_begin(&s);
	sha_add(&s, bytes, len);
	sha_end(&s, digest);
}

/* FIPS 180-4 example values. */
T_CASE(the_standards_examples_hold)
{
	static const struct {
		const char *message, *hex;
	} rows[] = {
		{"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	         "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	         "a49b2446a02c645bf419f995b67091253a04a259"},
	};
	uint8_t digest[SHA1_LEN], expected[SHA1_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].message);
		t_hex(rows[i].hex, expected, sizeof(expected));
		digest_of(t_guarded(rows[i].message, len), len, digest);
		T_BYTES(digest, expected, SHA1_LEN);
	}
}

T_CASE(a_million_a_in_uneven_pieces)
{
	static const char a[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	uint8_t digest[SHA1_LEN], expected[SHA1_LEN];
	struct sha s;
	size_t left = 1000000;

	sha1_begin(&s);
	for (size_t piece = 0; left > 0; piece = (piece + 7) % sizeof(a)) {
		size_t len = piece < left ? piece : left;
		sha_add(&s, a, len);
		left -= len;
	}
	sha_end(&s, digest);
	t_hex("34aa973cd4c4daa4f61eeb2bdbad27316534016f", expected, sizeof(expected));
	T_BYTES(digest, expected, SHA1_LEN);
}

T_CASE(pieces_make_the_digest_of_the_whole)
{
	uint8_t message[150], whole[SHA1_LEN], pieces[SHA1_LEN];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof(message); len++) {
		digest_of(message, len, whole);
		for (size_t split = 0; split <= len; split++) {
			struct sha s;
			sha1_begin(&s);
			sha_add(&s, message, split);
			sha_add(&s, message + split, len - split);
			sha_end(&s, pieces);
			T_BYTES(pieces, whole, SHA1_LEN);
		}
	}
}

/* 55, 56, 63 and 64 octets of 'a': the lengths at which the padding changes shape. */
T_CASE(padding_changes_shape_where_the_standard_says)
{
	static const struct {
		size_t len;
		const char *hex;
	} rows[] = {
		{55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
		{56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
		{63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
		{64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
	};
	uint8_t message[64], digest[SHA1_LEN], expected[SHA1_LEN];

	memset(message, 'a', sizeof(message));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t_hex(rows[i].hex, expected, sizeof(expected));
		digest_of(message, rows[i].len, digest);
		T_BYTES(digest, expected, SHA1_LEN);
	}
}

T_MAIN(T_ENTRY(the_standards_examples_hold), T_ENTRY(a_million_a_in_uneven_pieces),
       T_ENTRY(pieces_make_the_digest_of_the_whole),
       T_ENTRY(padding_changes_shape_where_the_standard_says))
