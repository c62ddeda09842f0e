#include "parent/manager.h"

#include "base/log.h"
#include "base/text.h"
#include "io/notify.h"
#include "parent/keeper.h"
#include "parent/open.h"

/* Always on standard error too, where scripts wait for this line. */
void manager_ready(struct parent *p)
{
	log_set_sink(NULL, NULL);
	log_set_level(LOG_INFO);
	log_info("ready");
	if (!keeper_release(&p->keeper)) /* which says it, being the main process until then */
		notify_send("READY=1\nSTATUS=serving");
	p->upgrade.failed = false;
	text_copy(p->upgrade.said, sizeof(p->upgrade.said),
	          p->took_over ? "freedmr " VERSION " has taken over" : "");
	open_log(p);
	if (p->conf.server.log == LOG_TO_SYSLOG)
		log_info("ready");
}

void manager_begin(struct parent *p)
{
	p->watchdog = notify_watchdog();
	p->watchdog_at = p->watchdog == TICK_NEVER ? TICK_NEVER : p->now;
}

tick_t manager_watchdog(struct parent *p)
{
	if (p->watchdog_at <= p->now) {
		p->watchdog_at = p->now + p->watchdog / 2;
		notify_send("WATCHDOG=1");
	}
	return p->watchdog_at;
}
