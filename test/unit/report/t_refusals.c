/*
 * Who was refused, why, how often and since when.
 */
#include "report/event/refusals.h"

#include <string.h>

#include "base/text.h"
#include "harness/t.h"

static struct refusals t;

static void refuse(uint32_t client, const char *why, tick_t at)
{
	struct record r = {.kind = RECORD_REFUSAL, .at = at, .refusal = {.client = client}};

	text_copy(r.refusal.why, sizeof(r.refusal.why), why);
	refusals_take(&t, &r);
}

T_CASE(one_row_for_each_client_and_reason)
{
	t = (struct refusals){.count = 0};
	refuse(2345001, "wrong passphrase", 1000);
	refuse(2345001, "ID not permitted", 2000);
	refuse(2345002, "wrong passphrase", 3000);
	refuse(2345001, "wrong passphrase", 4000);
	refusals_take(&t, &(struct record){.kind = RECORD_LOG});
	T_EQUAL(t.count, 3);
	T_EQUAL(t.row[0].times, 2);
	T_EQUAL(t.row[0].since, 1000);
	T_EQUAL(t.row[0].at, 4000);
	T_EQUAL(t.row[1].times, 1);
	T_EQUAL(t.row[2].last.client, 2345002);
}

T_CASE(when_full_the_oldest_gives_way)
{
	t = (struct refusals){.count = 0};
	for (uint32_t i = 0; i < REFUSALS_MAX; i++)
		refuse(100 + i, "wrong passphrase", 1000 + i);
	refuse(100, "wrong passphrase", 5000);
	refuse(999, "wrong passphrase", 6000);
	T_EQUAL(t.count, REFUSALS_MAX);
	T_EQUAL(t.row[0].last.client, 100);
	T_EQUAL(t.row[1].last.client, 999);
	T_EQUAL(t.row[1].times, 1);
	T_EQUAL(t.row[1].since, 6000);
}

T_MAIN()
