#include "base/sha256.h"

#include <string.h>

#include "harness/t.h"

static void digest_of(const void *bytes, size_t len, uint8_t digest[static SHA256_LEN])
{
	struct sha s;

	sha256_begin(&s);
	sha_add(&s, bytes, len);
	sha_end(&s, digest);
}

/* FIPS 180-4 example values. */
T_CASE(the_standards_examples_hold)
{
	static const struct {
		const char *message, *hex;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	uint8_t digest[SHA256_LEN], expected[SHA256_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].message);
		t_hex(rows[i].hex, expected, sizeof(expected));
		digest_of(t_guarded(rows[i].message, len), len, digest);
		T_BYTES(digest, expected, SHA256_LEN);
	}
}

T_CASE(a_million_a_in_uneven_pieces)
{
	static const char a[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	uint8_t digest[SHA256_LEN], expected[SHA256_LEN];
	struct sha s;
	size_t left = 1000000;

	sha256_begin(&s);
	for (size_t piece = 0; left > 0; piece = (piece + 7) % sizeof(a)) {
		size_t len = piece < left ? piece : left;
		sha_add(&s, a, len);
		left -= len;
	}
	sha_end(&s, digest);
	t_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", expected, 32);
	T_BYTES(digest, expected, SHA256_LEN);
}

/* Around the end of a block the padding takes one block or two; a split may not matter. */
T_CASE(pieces_make_the_digest_of_the_whole)
{
	uint8_t message[150], whole[SHA256_LEN], pieces[SHA256_LEN];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof(message); len++) {
		digest_of(message, len, whole);
		for (size_t split = 0; split <= len; split++) {
			struct sha s;
			sha256_begin(&s);
			sha_add(&s, message, split);
			sha_add(&s, message + split, len - split);
			sha_end(&s, pieces);
			T_BYTES(pieces, whole, SHA256_LEN);
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
		{55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
		{56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
		{63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
		{64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
	};
	uint8_t message[64], digest[SHA256_LEN], expected[SHA256_LEN];

	memset(message, 'a', sizeof(message));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t_hex(rows[i].hex, expected, sizeof(expected));
		digest_of(message, rows[i].len, digest);
		T_BYTES(digest, expected, SHA256_LEN);
	}
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

T_MAIN(T_ENTRY(the_standards_examples_hold), T_ENTRY(a_million_a_in_uneven_pieces),
       T_ENTRY(pieces_make_the_digest_of_the_whole),
       T_ENTRY(padding_changes_shape_where_the_standard_says), T_ENTRY(login_digests_hold),
       T_ENTRY(digests_differ_at_any_octet))
