-- Up Migration
-- Three separate facts about an agent: intent (agents), presence (desk_sockets and phone_ready), load (contacts).
-- Changed only through src/agent-desk/presence-store.ts.

create table agents (
  agent_id uuid primary key references staff,
  -- Rises with every sign-in and never falls; an older one is refused everywhere.
  epoch bigint not null default 0,
  intent text not null default 'offline' check (intent in ('offline', 'available', 'paused', 'draining')),
  pause_reason text,
  since timestamptz not null default clock_timestamp(),
  mode text check (mode in ('desk', 'phone', 'text')),
  -- The phone of the pool that this sign-in is bound to, and the tab that rings it.
  phone text,
  -- The phone he had last: a call that Asterisk's own queue gave him is his debt, also when it is told after his sign-out.
  last_phone text,
  owner_tab text,
  device_state text,
  phone_ready boolean not null default false,
  -- Set when his last socket went, cleared when one comes; lost_stage says which consequences were drawn.
  lost_at timestamptz,
  lost_stage integer not null default 0,
  not_responding text,
  last_free_at timestamptz not null default clock_timestamp(),
  check ((intent = 'offline') = (mode is null))
);
create unique index agents_phone on agents (phone) where phone is not null;
create index agents_signed_in on agents (agent_id) where intent <> 'offline';
create index agents_lost on agents (lost_at) where lost_at is not null;

-- A gateway says that it lives; sockets of a gateway that stopped saying so are gone.
create table desk_nodes (
  node text primary key,
  seen_at timestamptz not null default clock_timestamp()
);

create table desk_sockets (
  id uuid primary key,
  agent_id uuid not null references staff,
  node text not null references desk_nodes,
  tab text not null,
  opened_at timestamptz not null default clock_timestamp()
);
create index desk_sockets_of_agent on desk_sockets (agent_id);
create index desk_sockets_of_node on desk_sockets (node);

-- Sign-in, pause, loss and return of every agent: where the reports on presence come from.
create table agent_events (
  id bigint generated always as identity primary key,
  agent_id uuid not null references staff,
  epoch bigint not null,
  type text not null,
  at timestamptz not null default clock_timestamp(),
  data jsonb not null default '{}'
);
create index agent_events_of_agent on agent_events (agent_id, id);

-- When an agent kept confidential words out of the recording. One open row at most per contact.
create table recording_suspensions (
  id bigint generated always as identity primary key,
  contact_id uuid not null references contacts,
  agent_id uuid not null references staff,
  from_at timestamptz not null default clock_timestamp(),
  to_at timestamptz
);
create unique index recording_suspensions_open on recording_suspensions (contact_id) where to_at is null;
