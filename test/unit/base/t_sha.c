#include "base/sha.h"

#include <string.h>

#include "base/util.h"
#include "harness/t.h"

#define BOTH 2
#define DIGEST_MAX SHA256_LEN

static const struct {
	void (*begin)(struct sha *);
	size_t len;
} hashes[BOTH] = {{sha1_begin, SHA1_LEN}, {sha256_begin, SHA256_LEN}};

static void digest_of(size_t hash, const void *bytes, size_t len, uint8_t digest[static DIGEST_MAX])
{
	struct sha s;

	hashes[hash].begin(&s);
	sha_add(&s, bytes, len);
	sha_end(&s, digest);
}

static void is_digest(size_t hash, const void *bytes, size_t len, const char *hex)
{
	uint8_t digest[DIGEST_MAX], expected[DIGEST_MAX];

	T_EQUAL(t_hex(hex, expected, sizeof(expected)), hashes[hash].len);
	digest_of(hash, bytes, len, digest);
	T_BYTES(digest, expected, hashes[hash].len);
}

/* FIPS 180-4 example values. */
T_CASE(the_standards_examples_hold)
{
	static const struct {
		const char *message, *hex[BOTH];
	} rows[] = {
		{"",
	         {"da39a3ee5e6b4b0d3255bfef95601890afd80709",
	          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
		{"abc",
	         {"a9993e364706816aba3e25717850c26c9cd0d89d",
	          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	         {"84983e441c3bd26ebaae4aa1f95129e5e54670f1",
	          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	         {"a49b2446a02c645bf419f995b67091253a04a259",
	          "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = strlen(rows[i].message);
		const uint8_t *message = t_guarded(rows[i].message, len);
		for (size_t hash = 0; hash < BOTH; hash++)
			is_digest(hash, message, len, rows[i].hex[hash]);
	}
}

T_CASE(a_million_a_in_uneven_pieces)
{
	static const char a[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char *const hex[BOTH] = {
		"34aa973cd4c4daa4f61eeb2bdbad27316534016f",
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"};

	for (size_t hash = 0; hash < BOTH; hash++) {
		uint8_t digest[DIGEST_MAX], expected[DIGEST_MAX];
		struct sha s;
		hashes[hash].begin(&s);
		for (size_t left = 1000000, piece = 0; left > 0; piece = (piece + 7) % sizeof(a)) {
			size_t len = piece < left ? piece : left;
			sha_add(&s, a, len);
			left -= len;
		}
		sha_end(&s, digest);
		t_hex(hex[hash], expected, sizeof(expected));
		T_BYTES(digest, expected, hashes[hash].len);
	}
}

/* Around the end of a block the padding takes one block or two; a split may not matter. */
static void splits_do_not_matter(size_t hash, const uint8_t *message, size_t len)
{
	uint8_t whole[DIGEST_MAX], pieces[DIGEST_MAX];

	digest_of(hash, message, len, whole);
	for (size_t split = 0; split <= len; split++) {
		struct sha s;
		hashes[hash].begin(&s);
		sha_add(&s, message, split);
		sha_add(&s, message + split, len - split);
		sha_end(&s, pieces);
		T_BYTES(pieces, whole, hashes[hash].len);
	}
}

T_CASE(pieces_make_the_digest_of_the_whole)
{
	uint8_t message[150];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t hash = 0; hash < BOTH; hash++)
		for (size_t len = 0; len <= sizeof(message); len++)
			splits_do_not_matter(hash, message, len);
}

/* 55, 56, 63 and 64 octets of 'a': the lengths at which the padding changes shape. */
T_CASE(padding_changes_shape_where_the_standard_says)
{
	static const struct {
		size_t len;
		const char *hex[BOTH];
	} rows[] = {
		{55,
	         {"c1c8bbdc22796e28c0e15163d20899b65621d65a",
	          "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"}},
		{56,
	         {"c2db330f6083854c99d4b5bfb6e8f29f201be699",
	          "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"}},
		{63,
	         {"03f09f5b158a7a8cdad920bddc29b81c18a551f5",
	          "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"}},
		{64,
	         {"0098ba824b5c16427bd7a1122a5a442a25ec644d",
	          "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"}},
	};
	uint8_t message[64];

	memset(message, 'a', sizeof(message));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t hash = 0; hash < BOTH; hash++)
			is_digest(hash, message, rows[i].len, rows[i].hex[hash]);
}

/* The answer to a login challenge is the digest of salt and passphrase (hblink: RPTK). */
T_CASE(login_digests_hold)
{
	static const char *const names[] = {"passw0rd", "empty", "utf8"};
	static const uint8_t salt[4] = {0x0a, 0x7e, 0xd4, 0x98};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint8_t pass[64], digest[SHA256_LEN], expected[SHA256_LEN];
		char name[32] = "pass_";
		strncat(name, names[i], 20);
		size_t len = t_vector("hbp.txt", name, pass, sizeof(pass));
		memcpy(name, "digest_", 8);
		strncat(name, names[i], 20);
		t_vector("hbp.txt", name, expected, sizeof(expected));
		struct sha s;
		sha256_begin(&s);
		sha_add(&s, salt, sizeof(salt));
		sha_add(&s, pass, len);
		sha_end(&s, digest);
		T_BYTES(digest, expected, SHA256_LEN);
	}
}

T_CASE(digests_differ_at_any_octet)
{
	uint8_t a[SHA256_LEN] = {0}, b[SHA256_LEN] = {0};

	T_CHECK(digest_equal(a, b, SHA256_LEN));
	T_CHECK(digest_equal(NULL, NULL, 0));
	for (size_t i = 0; i < SHA256_LEN; i++) {
		for (int bit = 0; bit < 8; bit++) {
			b[i] = (uint8_t)(1 << bit);
			T_CHECK(!digest_equal(a, b, SHA256_LEN));
			T_CHECK(digest_equal(a, b, i));
			b[i] = 0;
		}
	}
}

T_MAIN()
