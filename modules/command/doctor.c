#include "command/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "command/ctl.h"
#include "command/finding.h"
#include "io/host.h"
#include "io/name.h"
#include "io/print.h"
#include "io/sandbox.h"
#include "io/udp.h"
#include "parent/load.h"
#include "parent/parent.h"
#include "wire/hbp.h"

#define ADDRESSES 32
#define ANSWER_MS 1000
#define PROBE_ID 1u               /* nobody's ID: the answer is a refusal */
#define BUFFER_WANTED 1048576u    /* see udp_open */
#define CLOCK_EARLIEST 1767225600 /* 1 January 2026: an earlier clock was never set */

const char doctor_usage[] =
	"usage: freedmr doctor [-c FILE] [--json]\n\n"
	"  -c FILE   the configuration (default " DOCTOR_CONF ")\n"
	"  --json    print one JSON object per finding\n\n"
	"Checks the configuration, this machine and the running server, and prints for each\n"
	"fault the command that mends it.\n";

static void print_json(const char *kind, const char *what, const char *mend)
{
	char line[8192]; /* each octet may become an escape of six */
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "{\"finding\":\"%s\",\"text\":", kind);
	text_json(&t, what);
	text_put(&t, ",\"mend\":");
	if (mend)
		text_json(&t, mend);
	else
		text_put(&t, "null");
	text_char(&t, '}');
	puts(line);
}

void finding(struct doctor *d, enum finding kind, const char *mend, const char *format, ...)
{
	static const char *const names[] = {"ok", "hint", "wrong"};
	char what[400];
	struct text t = text_make(what, sizeof(what));
	va_list args;

	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	d->wrong += kind == FINDING_WRONG;
	if (d->json) {
		print_json(names[kind], what, mend);
		return;
	}
	print(stdout, "%-6s%s\n", names[kind], what);
	if (mend)
		print(stdout, "        %s\n", mend);
}

static void take_fault(void *context, enum log_level level, const char *line)
{
	struct doctor *d = context;
	char mend[600];
	struct text t = text_make(mend, sizeof(mend));

	(void)level;
	if (access(d->path, R_OK) == 0)
		text_format(&t, "sudo nano %s && sudo freedmr check %s", d->path, d->path);
	else if (errno == ENOENT)
		text_format(&t, "sudo freedmr init %s", d->path);
	else
		text_format(&t, "sudo freedmr doctor -c %s", d->path);
	finding(d, FINDING_WRONG, mend, "%s", line);
}

void finding_put_ctl(struct text *t, const struct doctor *d)
{
	const char *socket = d->conf.report.control;

	text_put(t, "sudo freedmr ctl");
	if (strcmp(socket, CTL_SOCKET_DEFAULT) != 0)
		text_format(t, " -s %s", socket);
}

/* Does a server at that address refuse a client it does not know? */
static bool answers(const struct addr *to)
{
	uint8_t bytes[64];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_ping(&w, PROBE_ID);
	return host_answers(to, bytes, wr_len(&w), ANSWER_MS);
}

static bool is_free(const struct addr *bind)
{
	int fd = udp_open(bind, false);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 || errno != EADDRINUSE;
}

/* The command that lets UDP to that port through the firewall of this machine. */
static void put_opening(struct text *t, unsigned port)
{
	char chain[256];
	const char *firewall = host_firewall(chain, sizeof(chain));

	if (strcmp(firewall, "ufw") == 0)
		text_format(t, "sudo ufw allow %u/udp", port);
	else if (strcmp(firewall, "firewall-cmd") == 0)
		text_format(t,
		            "sudo firewall-cmd --permanent --add-port=%u/udp && sudo firewall-cmd "
		            "--reload",
		            port);
	else if (strcmp(firewall, "nft") == 0)
		text_format(t, "sudo nft insert rule %s udp dport %u accept", chain, port);
	else
		text_format(t, "sudo iptables -I INPUT -p udp --dport %u -j ACCEPT", port);
}

/* Its mending is to change a line of the configuration. */
static void tell_edit(struct doctor *d, enum finding kind, const char *section, const char *name,
                      const char *words)
{
	char mend[600];
	struct text t = text_make(mend, sizeof(mend));

	text_format(&t, "sudo nano %s && ", d->path);
	finding_put_ctl(&t, d);
	text_put(&t, " reload");
	finding(d, kind, mend, "%s %s %s", section, name, words);
}

static void look_at_passphrase(struct doctor *d, const char *section, const char *name,
                               const char *passphrase)
{
	if (*passphrase && conf_passphrase_is_sample(passphrase))
		tell_edit(d, FINDING_WRONG, section, name,
		          "has a passphrase that is known from sample files: choose another");
}

static void look_at_passphrases(struct doctor *d)
{
	const struct conf *c = &d->conf;

	for (uint32_t i = 0; i < c->listener_count; i++)
		look_at_passphrase(d, "listener", c->listener[i].name, c->listener[i].passphrase);
	for (uint32_t i = 0; i < c->client_count; i++) {
		char id[16];
		struct text t = text_make(id, sizeof(id));
		text_format(&t, "%lu", (unsigned long)c->client[i].id);
		look_at_passphrase(d, "client", id, c->client[i].passphrase);
	}
	for (uint32_t i = 0; i < c->peer_count; i++)
		look_at_passphrase(d, "peer", c->peer[i].name, c->peer[i].passphrase);
}

/* Is what is sent to that address of this machine for the listener? [::] is for IPv4, too. */
static bool is_for(const struct conf_listener *l, const struct addr *at)
{
	if (addr_is_any(&l->bind))
		return !addr_is_v4(&l->bind) || addr_is_v4(at);
	return addr_same_ip(&l->bind, at);
}

static void look_at_address(struct doctor *d, const struct conf_listener *l, struct addr at)
{
	static const char endings[][20] = {
		[FINDING_HINT] = "",
		[FINDING_OK] = ", answers",
		[FINDING_WRONG] = " does not answer",
	};
	char text[ADDR_TEXT_MAX], mend[400];
	struct text t = text_make(mend, sizeof(mend));

	at.port = l->bind.port;
	addr_format_host(&at, text);
	put_opening(&t, at.port);
	enum finding kind = !d->running ? FINDING_HINT : answers(&at) ? FINDING_OK : FINDING_WRONG;
	finding(d, kind, kind == FINDING_WRONG ? mend : NULL,
	        "hotspots of %s: address %s, port %u%s", l->name, text, (unsigned)at.port,
	        endings[kind]);
}

static void look_at_port(struct doctor *d, const char *kind, const char *name,
                         const struct addr *bind)
{
	if (!d->running && !is_free(bind))
		finding(d, FINDING_WRONG, "sudo ss -lunp",
		        "port %u of %s %s is in use by another program: stop it, or change bind",
		        (unsigned)bind->port, kind, name);
}

static void look_at_listener(struct doctor *d, const struct conf_listener *l)
{
	look_at_port(d, "listener", l->name, &l->bind);
	if (addr_is_loopback(&l->bind))
		tell_edit(d, FINDING_HINT, "listener", l->name,
		          "only accepts clients on this machine; bind = [::]:62031 accepts others, "
		          "too");
}

/*
 * No protocol tells a server its public address. A hotspot that is logged in from another network
 * shows that the port can be reached.
 */
static void look_at_outside(struct doctor *d, const struct addr *at, size_t count)
{
	const struct addr *outer = NULL;
	char text[ADDR_TEXT_MAX], mend[160];

	for (size_t a = 0; a < count && !outer; a++)
		outer = addr_is_private(&at[a]) ? NULL : &at[a];
	for (uint32_t i = 0; i < d->conf.listener_count; i++) {
		const struct conf_listener *l = &d->conf.listener[i];
		struct text t = text_make(mend, sizeof(mend));

		text_format(&t, "in the router: pass UDP port %u on to %s", (unsigned)l->bind.port,
		            addr_format_host(&at[0], text));
		if (d->outside[i])
			finding(d, FINDING_OK, NULL,
			        "port %u is reached from other networks: %u logged in from there",
			        (unsigned)l->bind.port, d->outside[i]);
		else if (d->running && !outer && !addr_is_loopback(&l->bind))
			finding(d, FINDING_HINT, mend,
			        "nobody is logged in from another network at port %u",
			        (unsigned)l->bind.port);
	}
	if (!outer)
		finding(d, FINDING_HINT, "curl https://icanhazip.com",
		        "hotspots elsewhere need your public address, which this machine does not "
		        "have itself");
}

static void tell_unread(struct doctor *d, const struct conf_listener *l)
{
	char mend[192];
	struct text t = text_make(mend, sizeof(mend));

	finding_put_ctl(&t, d);
	text_put(&t, " reload");
	finding(d, FINDING_WRONG, mend,
	        "the running server does not have port %u of listener %s: it has not read the "
	        "file since that changed",
	        (unsigned)l->bind.port, l->name);
}

static void look_at_listeners(struct doctor *d)
{
	struct addr at[ADDRESSES];
	size_t count = host_addresses(at, ADDRESSES);

	for (uint32_t i = 0; i < d->conf.listener_count; i++) {
		const struct conf_listener *l = &d->conf.listener[i];
		look_at_listener(d, l);
		if (d->running && !d->listens[i]) {
			tell_unread(d, l);
			continue;
		}
		for (size_t a = 0; a < count; a++)
			if (is_for(l, &at[a]))
				look_at_address(d, l, at[a]);
	}
	for (uint32_t i = 0; i < d->conf.peer_count; i++)
		look_at_port(d, "peer", d->conf.peer[i].name, &d->conf.peer[i].bind);
	if (count)
		look_at_outside(d, at, count);
	else
		finding(d, FINDING_WRONG, "ip address",
		        "no network address: connect this machine to a network");
}

static void tell_opening(struct doctor *d, const char *firewall, unsigned port)
{
	char mend[400];
	struct text t = text_make(mend, sizeof(mend));

	put_opening(&t, port);
	finding(d, FINDING_HINT, mend, "a firewall is active (%s): UDP port %u has to be open",
	        firewall, port);
}

/* Peers may share a port. */
static void look_at_firewall(struct doctor *d)
{
	const struct conf *c = &d->conf;
	char chain[256];
	const char *firewall = host_firewall(chain, sizeof(chain));

	if (!*firewall)
		return;
	for (uint32_t i = 0; i < c->listener_count; i++)
		if (!addr_is_loopback(&c->listener[i].bind))
			tell_opening(d, firewall, c->listener[i].bind.port);
	for (uint32_t i = 0; i < c->peer_count; i++) {
		uint32_t first = 0;
		while (c->peer[first].bind.port != c->peer[i].bind.port)
			first++;
		if (first == i)
			tell_opening(d, firewall, c->peer[i].bind.port);
	}
}

static void look_at_clock(struct doctor *d)
{
	static const char mend[] = "sudo timedatectl set-ntp true || sudo apt install chrony";

	if (time(NULL) < CLOCK_EARLIEST)
		finding(d, FINDING_WRONG, mend, "the clock is not set");
	else if (host_clock() == CLOCK_FREE)
		finding(d, d->conf.peer_count ? FINDING_WRONG : FINDING_HINT, mend,
		        "the clock is not synchronised; server links need it right within 5 s");
	else
		finding(d, FINDING_OK, NULL, "the clock is set");
}

static void look_at_name(struct doctor *d, const char *section, const char *host)
{
	struct addr found;

	if (!*host)
		return;
	if (name_resolve(host, 1, false, &found))
		finding(d, FINDING_OK, NULL, "%s: %s resolves", section, host);
	else {
		char mend[160];
		struct text t = text_make(mend, sizeof(mend));

		text_format(&t, "getent hosts %s", host);
		finding(d, FINDING_WRONG, mend,
		        "%s: cannot resolve %s: correct the name, or check /etc/resolv.conf",
		        section, host);
	}
}

static void look_at_names(struct doctor *d)
{
	for (uint32_t i = 0; i < d->conf.peer_count; i++)
		look_at_name(d, d->conf.peer[i].name, d->conf.peer[i].host);
	for (uint32_t i = 0; i < d->conf.uplink_count; i++)
		for (size_t t = 0; t < CONF_TARGETS_MAX; t++)
			look_at_name(d, d->conf.uplink[i].name, d->conf.uplink[i].targets[t].host);
	look_at_name(d, "mqtt", d->conf.report.broker.host);
}

static void look_at_machine(struct doctor *d)
{
	unsigned long most = host_receive_buffer_max();
	char model[128];

	host_model(model, sizeof(model));
	if (*model)
		finding(d, FINDING_OK, NULL, "this is a %s", model);
	if (most && most < BUFFER_WANTED)
		finding(d, FINDING_HINT,
		        "echo net.core.rmem_max=1048576 | sudo tee /etc/sysctl.d/freedmr.conf && "
		        "sudo sysctl "
		        "--system",
		        "receive buffers are limited to %lu octets: many hotspots at once may lose "
		        "frames",
		        most);
	finding(d, sandbox_is_whole() ? FINDING_OK : FINDING_HINT,
	        sandbox_is_whole() ? NULL : "sudo apt full-upgrade", "sandbox: %s",
	        sandbox_offers());
}

static int examine(struct doctor *d)
{
	log_set_sink(take_fault, d);
	enum status status = load_conf(d->path, &d->conf, NULL, NULL);
	log_set_sink(NULL, NULL);
	if (status == STATUS_OK) {
		finding(d, FINDING_OK, NULL, "%s has no faults", d->path);
		doctor_ask_server(d);
		look_at_listeners(d);
		look_at_passphrases(d);
		look_at_firewall(d);
		look_at_names(d);
		doctor_look_at_files(d);
		look_at_clock(d);
		conf_release(&d->conf);
	}
	look_at_machine(d);
	return d->wrong ? STATUS_FAILED : STATUS_OK;
}

int doctor_main(int argc, char **argv)
{
	static struct doctor d;

	d.path = DOCTOR_CONF;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			d.json = true;
		else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
			d.path = argv[++i];
		else {
			fputs(doctor_usage, stderr);
			return STATUS_USAGE;
		}
	}
	return examine(&d);
}
