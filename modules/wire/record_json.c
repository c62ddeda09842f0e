/* The JSON form of records. */
#include "wire/record.h"

#include <inttypes.h>

#include "wire/field.h"

/* The end of the year 9999; anything later is "never". */
#define LAST_TIME_MS INT64_C(253402300799999)

void record_json_time(struct text *t, tick_t at, int64_t epoch_ms)
{
	if (at > LAST_TIME_MS - epoch_ms || at < -epoch_ms)
		text_put(t, "null");
	else
		text_format(t, "%" PRId64 ".%03d", (epoch_ms + at) / 1000,
		            (int)((epoch_ms + at) % 1000));
}

static void put_time(struct text *t, tick_t at, const void *epoch_ms)
{
	const int64_t *epoch = epoch_ms;

	record_json_time(t, at, *epoch);
}

static void put_legs(struct text *t, const struct leg_list *list, const void *context)
{
	(void)context;
	text_char(t, '[');
	for (size_t i = 0; i < list->count; i++)
		text_format(t, "%s{\"client\":%" PRIu32 ",\"slot\":%u,\"tg\":%" PRIu32 "}",
		            i ? "," : "", source_number(list->leg[i].to), list->leg[i].slot,
		            list->leg[i].tg);
	text_char(t, ']');
}

static const struct field_style json = {
	.yes = "true",
	.no = "false",
	.quote = "\"",
	.text = text_json,
	.time = put_time,
	.legs = put_legs,
};

void record_json_field(struct text *t, const struct record *r, const struct record_field *f,
                       int64_t epoch_ms)
{
	text_format(t, ",\"%s\":", f->name);
	field_show(t, r, f, &json, &epoch_ms);
}

void record_json_fields(struct text *t, const struct record *r, int64_t epoch_ms)
{
	const struct record_info *info = record_info(r->kind);

	for (size_t i = 0; i < info->field_count; i++)
		record_json_field(t, r, &info->fields[i], epoch_ms);
}

void record_json(struct text *t, const struct record *r, int64_t epoch_ms)
{
	text_format(t, "{\"kind\":\"%s\",\"change\":\"%s\",\"cause\":", record_kind_name(r->kind),
	            change_name(r->change));
	text_json(t, cause_name(r->cause));
	text_put(t, ",\"time\":");
	record_json_time(t, r->at, epoch_ms);
	record_json_fields(t, r, epoch_ms);
	text_char(t, '}');
}
