#include "base/blake2b.h"

#include <string.h>

#include "harness/t.h"

static void digest_of(const void *key, size_t key_len, const void *bytes, size_t len,
                      uint8_t *digest, size_t digest_len)
{
	struct blake2b s;

	blake2b_begin(&s, digest_len, key, key_len);
	blake2b_add(&s, bytes, len);
	blake2b_end(&s, digest);
}

/* RFC 7693 appendix A. */
T_CASE(the_standards_example_holds)
{
	uint8_t digest[64], expected[64];

	t_hex("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
	      "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
	      expected, sizeof(expected));
	digest_of(NULL, 0, t_guarded("abc", 3), 3, digest, sizeof(digest));
	T_BYTES(digest, expected, sizeof(digest));
}

/* RFC 7693 appendix E: octets of a Fibonacci sequence. */
static void sequence(uint8_t *out, size_t len, uint32_t seed)
{
	uint32_t a = 0xdead4bad * seed, b = 1;

	for (size_t i = 0; i < len; i++) {
		uint32_t t = a + b;
		a = b;
		b = t;
		out[i] = (uint8_t)(t >> 24);
	}
}

/* RFC 7693 appendix E: the digest of 48 digests of many lengths, with and without key. */
T_CASE(the_standards_self_test_holds)
{
	static const size_t digest_lens[] = {20, 32, 48, 64}, lens[] = {0, 3, 128, 129, 255, 1024};
	uint8_t message[1024], key[64], digest[64], expected[32];
	struct blake2b all;

	blake2b_begin(&all, 32, NULL, 0);
	for (size_t d = 0; d < 4; d++) {
		for (size_t i = 0; i < 6; i++) {
			sequence(message, lens[i], (uint32_t)lens[i]);
			digest_of(NULL, 0, message, lens[i], digest, digest_lens[d]);
			blake2b_add(&all, digest, digest_lens[d]);
			sequence(key, digest_lens[d], (uint32_t)digest_lens[d]);
			digest_of(key, digest_lens[d], message, lens[i], digest, digest_lens[d]);
			blake2b_add(&all, digest, digest_lens[d]);
		}
	}
	blake2b_end(&all, digest);
	t_hex("c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475", expected,
	      sizeof(expected));
	T_BYTES(digest, expected, sizeof(expected));
}

/* Message and key are 00 01 02 ...; the octet behind the digest stays. */
T_CASE(lengths_of_digest_and_key_enter_the_result)
{
	static const struct {
		size_t digest_len, key_len, len;
		const char *hex;
	} rows[] = {
		{1, 0, 3, "a6"},
		{1, 1, 3, "a3"},
		{16, 20, 69, "9ad88f3b6c47e3c5c1b46a1c168144d0"},
		{16, 20, 73, "595a7b1e2b5827b05fdd6d90fc3cce55"},
		{16, 8, 73, "10b9bf040cb8f5a97f5b0782bb9bb403"},
		{16, 0, 73, "bb1e535d777685ca229c6d06f20e6f76"},
		{20, 0, 0, "3345524abf6bbe1809449224b5972c41790b6cf2"},
		{32, 1, 1, "b83b195358b8160b1682c855fc8d09be3492bca2847ad0d9f0e853d8b5eeee95"},
		{33, 7, 64,
	         "e0d0fcb20e57c3f69ef9116cd7f2efac7b15af87075fcec7ee91ef99f645d848"
	         "cc"},
		{48, 63, 127,
	         "6c937dc3ab60351929ebc8ef66c48c2ba3286ce6f197e7e076120e206c46bfce"
	         "c13c8a0c1d6e841f8d66622a15053df2"},
		{48, 64, 127,
	         "59b1af5d44bfa477f87e223a841380d040f46e6fa4b53146a0ace16898a5dc44"
	         "1dc63cee106cc1e4572121c07cc0286f"},
		{64, 64, 0,
	         "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
	         "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568"},
		{64, 64, 128,
	         "72065ee4dd91c2d8509fa1fc28a37c7fc9fa7d5b3f8ad3d0d7a25626b57b1b44"
	         "788d4caf806290425f9890a3a2a35a905ab4b37acfd0da6e4517b2525c9651e4"},
		{63, 64, 128,
	         "d7d45bb88032b97a8331fced3887e2ef8e1f832d26ff30d8ecee3ad0593a2627"
	         "99019f8028d625107c981a2c540ab5e81e4cb3dc650df6ef1497e6783bedb2"},
		{64, 64, 129,
	         "64475dfe7600d7171bea0b394e27c9b00d8e74dd1e416a79473682ad3dfdbb70"
	         "6631558055cfc8a40e07bd015a4540dcdea15883cbbf31412df1de1cd4152b91"},
		{64, 0, 256,
	         "1ecc896f34d3f9cac484c73f75f6a5fb58ee6784be41b35f46067b9c65c63a67"
	         "94d3d744112c653f73dd7deb6666204c5a9bfa5b46081fc10fdbe7884fa5cbf8"},
		{64, 64, 257,
	         "3a9e68b5a91ccd5de231647907c427b82dcbeaaca7077a71474516d44a6c96a2"
	         "30590534bd9f3bafa8143f8be67b3abce7b6405329664c47c0c22f5f53ac1369"},
	};
	uint8_t octets[257], digest[65], expected[64];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(digest, 0xa5, sizeof(digest));
		t_hex(rows[i].hex, expected, sizeof(expected));
		digest_of(octets, rows[i].key_len, t_guarded(octets, rows[i].len), rows[i].len,
		          digest, rows[i].digest_len);
		T_BYTES(digest, expected, rows[i].digest_len);
		T_EQUAL(digest[rows[i].digest_len], 0xa5);
	}
}

T_CASE(zeros_behind_a_key_make_another)
{
	static const char padded[20] = "passw0rd";
	uint8_t bare[16], digest[16];

	digest_of("passw0rd", 8, "abc", 3, bare, sizeof(bare));
	digest_of(padded, sizeof(padded), "abc", 3, digest, sizeof(digest));
	T_CHECK(memcmp(bare, digest, sizeof(bare)) != 0);
}

T_CASE(pieces_make_the_digest_of_the_whole)
{
	uint8_t message[260], whole[16], pieces[16];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof(message); len += 13) {
		digest_of("key", 3, message, len, whole, sizeof(whole));
		for (size_t split = 0; split <= len; split++) {
			struct blake2b s;
			blake2b_begin(&s, sizeof(pieces), "key", 3);
			blake2b_add(&s, message, split);
			blake2b_add(&s, message + split, len - split);
			blake2b_end(&s, pieces);
			T_BYTES(pieces, whole, sizeof(pieces));
		}
	}
}

T_CASE(a_begun_one_serves_for_many)
{
	uint8_t whole[16], digest[16];
	struct blake2b key;

	digest_of("key", 3, "abc", 3, whole, sizeof(whole));
	blake2b_begin(&key, sizeof(digest), "key", 3);
	for (int i = 0; i < 3; i++) {
		struct blake2b s = key;
		blake2b_add(&s, "abc", 3);
		blake2b_end(&s, digest);
		T_BYTES(digest, whole, sizeof(digest));
	}
}

T_MAIN()
