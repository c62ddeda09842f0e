#include "base/hmac.h"

#include <string.h>

#include "harness/t.h"

static void mac_of(const void *key, size_t key_len, const void *bytes, size_t len,
                   uint8_t mac[static SHA1_LEN])
{
	struct hmac h;

	hmac_begin(&h, key, key_len);
	hmac_add(&h, bytes, len);
	hmac_end(&h, mac);
}

/* RFC 2202 section 3. A text, or one octet so many times. */
T_CASE(the_standards_examples_hold)
{
	static const struct {
		uint8_t key_octet, key_len;
		const char *text;
		uint8_t octet, len;
		const char *hex;
	} rows[] = {
		{0x0b, 20, "Hi There", 0, 0, "b617318655057264e28bc0b6fb378c8ef146be00"},
		{0xaa, 20, NULL, 0xdd, 50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
		{0x0c, 20, "Test With Truncation", 0, 0,
	         "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"},
		{0xaa, 80, "Test Using Larger Than Block-Size Key - Hash Key First", 0, 0,
	         "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
		{0xaa, 80,
	         "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data", 0, 0,
	         "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
	};
	uint8_t key[80], message[80], mac[SHA1_LEN], expected[SHA1_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = rows[i].text ? strlen(rows[i].text) : rows[i].len;
		memset(key, rows[i].key_octet, rows[i].key_len);
		memset(message, rows[i].octet, sizeof(message));
		if (rows[i].text)
			memcpy(message, rows[i].text, len);
		t_hex(rows[i].hex, expected, sizeof(expected));
		mac_of(t_guarded(key, rows[i].key_len), rows[i].key_len, message, len, mac);
		T_BYTES(mac, expected, SHA1_LEN);
	}
}

/* RFC 2202 cases 2 and 4, whose keys are no repeated octet. */
T_CASE(the_standards_other_keys_hold)
{
	uint8_t key[25], message[50], mac[SHA1_LEN], expected[SHA1_LEN];

	mac_of("Jefe", 4, "what do ya want for nothing?", 28, mac);
	t_hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", expected, sizeof(expected));
	T_BYTES(mac, expected, SHA1_LEN);
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i + 1);
	memset(message, 0xcd, sizeof(message));
	mac_of(key, sizeof(key), message, sizeof(message), mac);
	t_hex("4c9007f4026250c6bc8414f9bf50c86c2d7235da", expected, sizeof(expected));
	T_BYTES(mac, expected, SHA1_LEN);
}

/* Keys 00 01 02 ... over "abc": none, one, around a block of SHA-1, several blocks. */
T_CASE(keys_of_any_length_serve)
{
	static const struct {
		size_t len;
		const char *hex;
	} rows[] = {
		{0, "9b4a918f398d74d3e367970aba3cbe54e4d2b5d9"},
		{1, "9b4a918f398d74d3e367970aba3cbe54e4d2b5d9"},
		{63, "c2a537a0ab2849f8ec443b2db4b468151accc549"},
		{64, "89e392852da6b647490d3f287218824a2e2101b0"},
		{65, "7636c08e7b7c0f0c391ca01d34ef4208399fbcf8"},
		{200, "35e1a18b8f083f8238565307348c08ef063a11e2"},
	};
	uint8_t key[200], mac[SHA1_LEN], expected[SHA1_LEN];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t_hex(rows[i].hex, expected, sizeof(expected));
		mac_of(t_guarded(key, rows[i].len), rows[i].len, "abc", 3, mac);
		T_BYTES(mac, expected, SHA1_LEN);
	}
	mac_of(NULL, 0, "abc", 3, mac);
	t_hex(rows[0].hex, expected, sizeof(expected));
	T_BYTES(mac, expected, SHA1_LEN);
}

T_CASE(zeros_behind_a_short_key_change_nothing)
{
	static const char padded[20] = "passw0rd";
	uint8_t mac[SHA1_LEN], expected[SHA1_LEN];

	mac_of("passw0rd", 8, "BCKA", 4, expected);
	mac_of(padded, sizeof(padded), "BCKA", 4, mac);
	T_BYTES(mac, expected, SHA1_LEN);
}

T_CASE(a_begun_one_serves_for_many)
{
	uint8_t mac[SHA1_LEN], expected[SHA1_LEN];
	struct hmac key;

	hmac_begin(&key, "Jefe", 4);
	t_hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", expected, sizeof(expected));
	for (int i = 0; i < 3; i++) {
		struct hmac h = key;
		hmac_add(&h, "what do ya want ", 16);
		hmac_add(&h, "for nothing?", 12);
		hmac_end(&h, mac);
		T_BYTES(mac, expected, SHA1_LEN);
	}
}

T_MAIN()
