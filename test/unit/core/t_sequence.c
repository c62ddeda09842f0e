/*
 * The order of frames by their numbers: every difference once, and when a sender is taken for one
 * that has restarted.
 */
#include "core/step/sequence.h"

#include "harness/t.h"

static struct hbp_burst frame(unsigned seq, unsigned content)
{
	struct hbp_burst b = {.seq = (uint8_t)seq, .class = BURST_B};

	b.payload[0] = (uint8_t)content;
	return b;
}

static struct sequence started_at(unsigned seq)
{
	struct sequence q = {.ahead = 0};
	struct hbp_burst b = frame(seq, 0);

	sequence_start(&q, &b);
	return q;
}

T_CASE(every_difference_is_judged)
{
	for (unsigned forward = 1; forward < 256; forward++) {
		struct sequence q = started_at(200);
		struct hbp_burst b = frame(200 + forward, 1);
		uint32_t lost = 99;
		enum order order = sequence_judge(&q, &b, &lost);
		T_EQUAL(order, forward < 128 ? ORDER_NEXT : ORDER_LATE);
		T_EQUAL(lost, forward < 128 ? forward - 1 : 0);
		T_EQUAL(sequence_out(&q), forward < 128 ? b.seq : 200);
	}
}

T_CASE(the_same_number_is_a_duplicate_or_the_next_frame)
{
	struct sequence q = started_at(7);
	struct hbp_burst same = frame(7, 0), other = frame(7, 1);
	uint32_t lost = 99;

	T_EQUAL(sequence_judge(&q, &same, &lost), ORDER_DUPLICATE);
	T_EQUAL(sequence_next(&q), 8);
	T_EQUAL(sequence_judge(&q, &other, &lost), ORDER_NEXT);
	T_EQUAL(lost, 0);
	T_EQUAL(sequence_out(&q), 8);
	T_EQUAL(sequence_next(&q), 9);
	other.class = BURST_C; /* the contents again, of another kind */
	T_EQUAL(sequence_judge(&q, &other, &lost), ORDER_NEXT);
	T_EQUAL(sequence_out(&q), 9);
}

/* None of these is a frame that was lost, whatever the numbers say. */
T_CASE(the_sixth_late_one_in_a_row_begins_anew)
{
	for (unsigned forward = 128; forward < 256; forward++) {
		struct sequence q = started_at(50);
		uint32_t lost = 99;
		struct hbp_burst b = frame(50 + forward, 1);
		for (unsigned i = 0; i < 5; i++)
			T_EQUAL(sequence_judge(&q, &b, &lost), ORDER_LATE);
		T_EQUAL(sequence_judge(&q, &b, &lost), ORDER_NEXT);
		T_EQUAL(lost, 0);
		T_EQUAL(sequence_out(&q), b.seq);
		T_EQUAL(sequence_judge(&q, &b, &lost), ORDER_DUPLICATE);
	}
}

T_CASE(late_ones_that_are_not_in_a_row_do_not_add_up)
{
	struct sequence q = started_at(50);
	uint32_t lost;

	for (unsigned i = 1; i < 60; i++) {
		struct hbp_burst late = frame(30, i), next = frame(50 + i, i);
		T_EQUAL(sequence_judge(&q, &late, &lost), ORDER_LATE);
		T_EQUAL(sequence_judge(&q, &next, &lost), ORDER_NEXT);
	}
}

T_MAIN()
