-- Up Migration
-- The ledger of contacts. One row per contact, changed only through src/contacts/store.ts.

create table requesters (
  id uuid primary key,
  kind text not null default 'naturalPerson' check (kind in ('naturalPerson', 'legalPerson', 'otherOrganisation')),
  name_sealed text,
  home_sealed text,
  care_groups text[] not null default '{}',
  -- Requesters proven to be one person share this id; it is computed from requester_joins, never set by hand.
  person_id uuid not null,
  created_at timestamptz not null default clock_timestamp()
);
create index requesters_by_person on requesters (person_id);

-- Two requesters proven to be one person, for instance by a code sent to a telephone. Undoing a row parts them again.
create table requester_joins (
  id uuid primary key,
  requester_a uuid not null references requesters,
  requester_b uuid not null references requesters,
  proof text not null,
  joined_at timestamptz not null default clock_timestamp(),
  undone_at timestamptz,
  undone_by text,
  check (requester_a <> requester_b)
);
create index requester_joins_a on requester_joins (requester_a) where undone_at is null;
create index requester_joins_b on requester_joins (requester_b) where undone_at is null;

-- How a requester is reached. Only verified links lead to a requester; a claim waits for its proof.
create table requester_links (
  id uuid primary key,
  requester_id uuid not null references requesters,
  kind text not null check (kind in ('phone', 'wechat', 'web')),
  lookup text not null,
  address_sealed text not null,
  status text not null check (status in ('claimed', 'verified')),
  proof text not null,
  created_at timestamptz not null default clock_timestamp(),
  undone_at timestamptz,
  undone_by text
);
-- One verified owner per address; a claim never hinders the real owner.
create unique index requester_links_verified on requester_links (kind, lookup)
  where status = 'verified' and undone_at is null;
create index requester_links_by_requester on requester_links (requester_id) where undone_at is null;
create index requester_links_by_lookup on requester_links (kind, lookup) where undone_at is null;

-- A one-time code that turns a claimed telephone number into a verified one.
create table link_codes (
  id uuid primary key,
  link_id uuid not null references requester_links,
  -- The message that asked for it: a repeated delivery sends no second code.
  asked_by text not null unique,
  code_hash text not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table integrity_marks (
  id uuid primary key,
  requester_id uuid not null references requesters,
  reason text not null,
  evidence_contact_id uuid,
  cite text not null,
  made_by text not null,
  made_at timestamptz not null default clock_timestamp(),
  withdrawn_at timestamptz
);

create table contacts (
  id uuid primary key,
  channel text not null check (channel in ('voice', 'sms', 'wechat', 'web')),
  -- Our own number or account that was addressed.
  account text not null,
  -- Keyed hash of the requester's address on that channel; random for a withheld number, so it never merges.
  address_lookup text not null,
  address_sealed text,
  requester_id uuid not null references requesters,
  confidential boolean not null default false,
  state text not null check (state in
    ('received','screened','queued','offered','connecting','active','held','consulting','wrapUp','native','ended')),
  "end" text check ("end" in
    ('completed','shortAbandon','abandoned','abandonedRinging','voicemail','abusive','failed')),
  version integer not null default 1,
  -- Asterisk Uniqueid of the caller's leg; carries the node's systemname.
  call_id text,
  node text,
  received_at timestamptz not null,
  queued_at timestamptz,
  offered_at timestamptz,
  answered_at timestamptz,
  bridged_at timestamptz,
  last_inbound_at timestamptz not null,
  first_answer_at timestamptz,
  wrap_up_until timestamptz,
  wrap_up_renewed boolean not null default false,
  owed_at timestamptz,
  ended_at timestamptz,
  agent_id uuid,
  sticky_agent_id uuid,
  requirement jsonb not null default '{}',
  credit_ms bigint not null default 0,
  emergency boolean not null default false,
  -- A call whose leg is gone but whose requester is still to be reached keeps its place in the queue.
  call_back boolean not null default false,
  call_back_tries integer not null default 0,
  parent_contact_id uuid references contacts,
  changed_at timestamptz not null default clock_timestamp(),
  check ((state = 'ended') = ("end" is not null)),
  check ((state = 'ended') = (ended_at is not null))
);
create unique index contacts_call_id on contacts (call_id) where call_id is not null;
-- One open conversation per account and requester address: messages join it (text only). In wrap-up the conversation is
-- over, so what the requester says then opens a new one instead of lying with an agent who has let go.
create unique index contacts_open_text on contacts (channel, account, address_lookup)
  where state not in ('wrapUp', 'ended') and channel <> 'voice';
-- No agent ever holds two voice contacts.
create unique index contacts_one_voice_per_agent on contacts (agent_id)
  where channel = 'voice' and state in ('offered','connecting','active','held','consulting');
create index contacts_open on contacts (state) where ended_at is null;
create index contacts_changed on contacts (changed_at);
create index contacts_by_agent on contacts (agent_id) where ended_at is null;
create index contacts_by_requester on contacts (requester_id, received_at desc);
create index contacts_received on contacts (received_at desc, id desc);

create table messages (
  id uuid primary key,
  contact_id uuid not null references contacts,
  channel text not null,
  account text not null,
  -- The provider's id of an inbound message; our own id for an outbound one.
  provider_id text not null,
  direction text not null check (direction in ('in', 'out')),
  kind text not null,
  body text not null,
  raw jsonb,
  media jsonb,
  partial boolean not null default false,
  author text,
  provider_time timestamptz,
  received_at timestamptz not null,
  stored_at timestamptz not null default clock_timestamp()
);
create unique index messages_provider on messages (channel, account, provider_id);
create index messages_of_contact on messages (contact_id, received_at, id);

-- Every change of a contact: who, when, in which role, by which article.
create table contact_events (
  id bigint generated always as identity primary key,
  contact_id uuid not null references contacts,
  type text not null,
  from_state text,
  to_state text,
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text not null,
  actor_role text not null,
  cite text,
  data jsonb not null default '{}'
);
create index contact_events_of_contact on contact_events (contact_id, id);

create table drafts (
  contact_id uuid primary key references contacts,
  agent_id uuid not null,
  body jsonb not null,
  revision integer not null default 1,
  saved_at timestamptz not null default clock_timestamp()
);
