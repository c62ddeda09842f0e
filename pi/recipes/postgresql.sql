-- Calls and log-ins of FreeDMR servers. Apply it as often as you like.
create schema if not exists freedmr;

create table if not exists freedmr.calls (
	server      bigint      not null,
	origin      bigint      not null, -- the client it came from, or a link
	stream      text        not null,
	generation  bigint      not null,
	started     timestamptz not null,
	ended       timestamptz not null,
	reason      text        not null,
	slot        smallint    not null,
	radio       bigint      not null,
	callsign    text        not null,
	name        text        not null,
	talkgroup   bigint      not null, -- of a private call, the radio called
	private     boolean     not null,
	data        boolean     not null,
	frames      bigint      not null,
	lost        bigint      not null,
	bit_errors  bigint      not null,
	link        text        not null, -- it came over; empty: from a client
	primary key (server, origin, stream, generation, started)
);
create index if not exists calls_ended on freedmr.calls (ended);
create index if not exists calls_talkgroup on freedmr.calls (talkgroup, ended);
create index if not exists calls_radio on freedmr.calls (radio, ended);

create table if not exists freedmr.clients (
	server    bigint      not null,
	at        timestamptz not null,
	event     text        not null,
	client    bigint      not null,
	reason    text        not null,
	callsign  text        not null
);
create index if not exists clients_at on freedmr.clients (client, at);

-- Events that were lost: the calls among them are filled in, log-ins are not.
create table if not exists freedmr.gaps (
	server  bigint      not null,
	at      timestamptz not null,
	lost    bigint      not null
);

-- Takes a line of `freedmr ctl --json events` or `lastheard`. Lines of other kinds are passed over.
create or replace function freedmr.take(server bigint, line text) returns void language plpgsql as $$
declare
	e jsonb := line::jsonb;
	ev text := e->>'ev';
begin
	if ev in ('call.end', 'call.lost', 'data.end', 'data.lost') or e->>'row' = 'call' then
		insert into freedmr.calls values (
			server, (e->>'origin')::bigint, e->>'stream', (e->>'generation')::bigint,
			to_timestamp((e->>'started')::numeric),
			to_timestamp(coalesce(e->>'time', e->>'t')::numeric),
			coalesce(e->>'reason', e->>'cause'),
			(e->>'slot')::smallint, (e->>'src')::bigint, coalesce(e->>'src_callsign', ''),
			coalesce(e->>'src_name', ''),
			case when (e->>'unit')::boolean then (e->>'dst')::bigint
			     else (e->>'conference')::bigint end,
			(e->>'unit')::boolean, (e->>'data')::boolean, (e->>'frames')::bigint,
			(e->>'lost')::bigint, (e->>'ber_errors')::bigint, e->>'peer')
		on conflict do nothing;
	elsif ev like 'client.%' then
		insert into freedmr.clients values (
			server, to_timestamp((e->>'t')::numeric), ev, (e->>'client')::bigint,
			coalesce(e->>'reason', e->>'why', ''), coalesce(e->>'callsign', ''));
	elsif ev = 'gap' then
		insert into freedmr.gaps values (
			server, to_timestamp((e->>'t')::numeric), coalesce((e->>'lost')::bigint, 0));
	end if;
end $$;
