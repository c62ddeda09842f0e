#include "report/http/help.h"

#include <stdlib.h>

#include "harness/t.h"

T_CASE(a_figure_has_the_text_of_its_line)
{
	char *help = help_open();

	T_TEXT(help_of(help, "datagrams_total"), "Datagrams received.");
	T_TEXT(help_of(help, "report_alias_talkgroups"), "Talkgroups in the alias index.");
	free(help);
}

T_CASE(a_line_for_the_end_of_a_name_is_for_all_that_have_more_before_it)
{
	char *help = help_open();

	T_TEXT(help_of(help, "report_http_requests_total"), "Requests received.");
	T_TEXT(help_of(help, "_requests_total"), "See freedmr(8).");
	T_TEXT(help_of(help, "report_datagrams_total"), "See freedmr(8).");
	free(help);
}

T_CASE(without_texts_the_manual_is_named)
{
	T_TEXT(help_of(NULL, "datagrams_total"), "See freedmr(8).");
}

T_MAIN()
