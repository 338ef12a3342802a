-- Up Migration
-- Matters that come neither by telephone nor by SMS or WeChat; what units are asked directly; exchange with platforms.

create table matters (
  id uuid primary key,
  -- `entered` by staff of the centre, handed in by a platform (`exchange`), or asked of a unit directly (`direct`).
  way text not null check (way in ('entered', 'exchange', 'direct')),
  -- Code of the source channel or name of the platform, and its own number there.
  source text not null,
  source_number text,
  -- Chosen by the page for one entry, so that a double press is one matter.
  entry_key text,
  contact_id uuid not null unique references contacts deferrable initially deferred,
  -- When it was raised at its source, and when the centre received it: from then its time runs.
  raised_at timestamptz not null,
  received_at timestamptz not null,
  entered_at timestamptz not null,
  entered_by text not null,
  entered_role text not null,
  -- Keyed hash of what a platform said, so that another matter under an old number is noticed.
  said_lookup text
);
create unique index matters_source_number on matters (source, source_number) where source_number is not null;
create unique index matters_entry_key on matters (entered_by, entry_key) where entry_key is not null;
create index matters_newest on matters (entered_at desc, id desc);

create table unit_direct_contacts (
  id uuid primary key,
  unit_code text not null references units,
  form text not null check (form in ('phone', 'visit', 'letter', 'online')),
  kind text not null,
  -- Whose duty it is, as the unit sees it, or as its superior decided.
  duty text not null check (duty in ('own', 'notOwn', 'disputed')),
  other_units text[] not null default '{}',
  summary text not null,
  statute text not null,
  requester_kind text not null,
  name_sealed text,
  home_sealed text,
  contact_sealed text,
  entry_key text not null,
  received_at timestamptz not null,
  registered_at timestamptz not null,
  registered_by text not null,
  registered_role text not null,
  state text not null default 'open' check (state in ('open', 'answered', 'guided', 'ordered', 'disputed')),
  settled_at timestamptz,
  order_number text,
  -- The other units have not been joined to the order yet.
  joining boolean not null default false,
  check ((state in ('open', 'disputed')) = (settled_at is null)),
  check ((state = 'ordered') = (order_number is not null))
);
create unique index unit_direct_contacts_entry_key on unit_direct_contacts (registered_by, entry_key);
create index unit_direct_contacts_of_unit on unit_direct_contacts (unit_code, registered_at desc, id desc);
create index unit_direct_contacts_newest on unit_direct_contacts (registered_at desc, id desc);
create index unit_direct_contacts_joining on unit_direct_contacts (id) where joining;

-- What was done, told and decided; rows are only added.
create table unit_direct_events (
  id bigint generated always as identity primary key,
  direct_id uuid not null references unit_direct_contacts,
  type text not null,
  at timestamptz not null,
  actor_id text not null,
  actor_role text not null,
  cite text,
  data jsonb not null default '{}'
);
create index unit_direct_events_of on unit_direct_events (direct_id, id);

-- `due` is the first instant that is too late.
create table unit_direct_clocks (
  direct_id uuid not null references unit_direct_contacts,
  term text not null,
  statute text not null,
  started_at timestamptz not null,
  due timestamptz not null,
  provisional boolean not null,
  local_policy boolean not null,
  calendar_version text not null,
  cite text not null,
  met_at timestamptz,
  missed_at timestamptz,
  voided_at timestamptz,
  primary key (direct_id, term)
);
create index unit_direct_clocks_running on unit_direct_clocks (due)
  where met_at is null and missed_at is null and voided_at is null;

-- What a platform may have to hear of: written with the change, moved into its feed after the commit. A registered
-- contact names no platform yet: what became of it is read then.
create table exchange_marks (
  id bigint generated always as identity primary key,
  platform text,
  subject text not null check (subject in ('contact', 'matter', 'order')),
  ref text not null,
  relation text check (relation in ('source', 'handedOn', 'shared')),
  check ((subject = 'contact') = (platform is null)),
  check ((platform is null) = (relation is null))
);

-- What concerns a platform, each subject once, at the place of its latest change.
create sequence exchange_feed_seq;
create table exchange_feed (
  platform text not null,
  subject text not null check (subject in ('matter', 'order')),
  ref text not null,
  relation text not null check (relation in ('source', 'handedOn', 'shared')),
  seq bigint not null,
  primary key (platform, subject, ref)
);
create unique index exchange_feed_in_turn on exchange_feed (platform, seq);
