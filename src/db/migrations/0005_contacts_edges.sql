-- Up Migration
-- Happenings on a text channel that are no message: follow, unfollow, scan, menu click. Kept, but they wait for nobody.
create table channel_events (
  id uuid primary key,
  channel text not null,
  account text not null,
  provider_id text not null,
  requester_id uuid references requesters,
  name text not null,
  data jsonb not null default '{}',
  received_at timestamptz not null,
  stored_at timestamptz not null default clock_timestamp(),
  unique (channel, account, provider_id)
);

-- Every fact about a call, once: `key` names the fact whoever saw it, live or in a resync. No numbers, no names.
create table call_facts (
  key text primary key,
  call_id text not null,
  type text not null,
  data jsonb not null default '{}',
  at timestamptz not null,
  stored_at timestamptz not null default clock_timestamp()
);
create index call_facts_of_call on call_facts (call_id, at);

-- At most one open debt of a call back per requester address; abandoning ten times is still one.
create unique index contacts_one_call_back on contacts (address_lookup)
  where call_back and ended_at is null and parent_contact_id is not null;
create index contacts_text_silence on contacts (last_inbound_at)
  where ended_at is null and channel <> 'voice' and state = 'active';
create index contacts_wrap_up on contacts (wrap_up_until) where state = 'wrapUp' and wrap_up_until is not null;
create index contacts_owed on contacts (owed_at) where owed_at is not null and ended_at is null;

-- A call back that was not answered is tried again later, not at once; until then nobody is asked to make it.
alter table contacts add column call_back_after timestamptz;
create index contacts_call_back_after on contacts (call_back_after) where call_back_after is not null;
