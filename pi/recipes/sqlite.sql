-- Calls of FreeDMR servers, as they come over MQTT. Apply it as often as you like.
pragma journal_mode = wal;

create table if not exists calls (
	server integer, origin integer, stream text, generation integer,
	started real, ended real, reason text, slot integer,
	radio integer, callsign text, name text, talkgroup integer, private integer, data integer,
	frames integer, lost integer, bit_errors integer, link text,
	primary key (server, origin, stream, generation, started)
);
create index if not exists calls_ended on calls (ended);

-- What is put here is taken apart and not kept.
create view if not exists line as select '' as topic, '' as json;
create trigger if not exists take instead of insert on line
when json_extract(new.json, '$.ev') in ('call.end', 'call.lost')
begin
	insert or ignore into calls
	select cast(substr(new.topic, 1 + instr(new.topic, '/')) as integer), j->>'origin', j->>'stream',
		j->>'generation', j->>'started', j->>'t', j->>'reason', j->>'slot', j->>'src',
		coalesce(j->>'src_callsign', ''), coalesce(j->>'src_name', ''),
		iif(j->>'unit', j->>'dst', j->>'conference'), j->>'unit', j->>'data', j->>'frames',
		j->>'lost', j->>'ber_errors', j->>'peer'
	from (select new.json as j);
end;
