-- Up Migration
-- Registrations and work orders. One registration per contact; an order changes only through src/work-orders/service.ts.

create table units (
  code text primary key,
  name text not null,
  parent_code text references units,
  -- 主要领导 and 主管领导 (鞍山 2019 第八条); a unit without them is warned about, never left out.
  leader text,
  deputy text,
  -- 信访部门: gets every petition beside its handler (鞍山 2019 第二十条第四项).
  petition_office boolean not null default false,
  active boolean not null default true
);

create table registrations (
  id uuid primary key,
  contact_id uuid not null unique references contacts,
  idempotency_key text not null,
  statute text not null,
  statute_version text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_role text not null,
  registered_at timestamptz not null
);

-- What a registration says besides orders; `data` holds what was answered or told.
create table registration_outcomes (
  registration_id uuid not null references registrations,
  position integer not null,
  type text not null check (type in ('answered', 'referred', 'refused', 'workOrder', 'appended')),
  cite text,
  data jsonb not null default '{}',
  order_id uuid,
  primary key (registration_id, position)
);

-- Part of the order's number, which also holds the day: a million orders a day have different ones.
create sequence work_order_serial minvalue 0 maxvalue 999999 start 0 cycle;

create table work_orders (
  id uuid primary key,
  number text not null unique,
  registration_id uuid not null references registrations,
  parent_id uuid references work_orders,
  merged_into uuid references work_orders,
  requester_id uuid not null references requesters,
  statute text not null,
  statute_version text not null,
  source_channel text not null,
  state text not null check (state in ('registered', 'accepted', 'dispatched', 'refused', 'merged')),
  version integer not null,
  raised_at timestamptz not null,
  registered_at timestamptz not null,
  accepted_at timestamptz,
  kind text,
  category integer,
  title text not null,
  facts text not null,
  place text,
  requester_kind text not null,
  name_sealed text,
  home_sealed text,
  contact_sealed text,
  -- Last four digits of the telephone, hashed: with the number they open the progress query.
  last_four_lookup text,
  care_groups text[] not null default '{}',
  confidential text not null check (confidential in ('normal', 'confidential', 'tipOff')),
  confidentiality_wish text,
  confidentiality_asked boolean not null default false,
  urgent boolean not null default false,
  incident text,
  accused_unit text references units,
  lead_unit text references units,
  missing text[] not null default '{}',
  grams text[] not null,
  changed_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
create index work_orders_by_requester on work_orders (requester_id, raised_at desc);
create index work_orders_newest on work_orders (raised_at desc, id desc);
create index work_orders_by_state on work_orders (state, raised_at desc, id desc);
create index work_orders_of_registration on work_orders (registration_id);
create index work_orders_similar on work_orders using gin (grams) where ended_at is null;

-- The parts of an order at its units; the clock of each starts when it was delivered into the unit's inbox.
create table work_order_legs (
  order_id uuid not null references work_orders,
  n integer not null,
  unit_code text not null references units,
  role text not null check (role in ('lead', 'co', 'petition')),
  delivered_at timestamptz not null,
  primary key (order_id, n)
);
create index work_order_legs_of_unit on work_order_legs (unit_code, delivered_at desc);

-- The contacts an order came from or that were joined to it: repeats are counted here.
create table work_order_contacts (
  order_id uuid not null references work_orders,
  contact_id uuid not null references contacts,
  relation text not null check (relation in ('origin', 'appended')),
  at timestamptz not null,
  primary key (order_id, contact_id)
);
create index work_order_contacts_of_contact on work_order_contacts (contact_id);

create table work_order_events (
  id bigint generated always as identity primary key,
  order_id uuid not null references work_orders,
  -- The version that the event made; null where it changed nothing: a refused attempt, a missed due date.
  version integer,
  type text not null,
  at timestamptz not null,
  actor_kind text not null,
  actor_id text not null,
  actor_role text not null,
  cite text,
  data jsonb not null default '{}'
);
create index work_order_events_of_order on work_order_events (order_id, id);
create unique index work_order_events_in_turn on work_order_events (order_id, version) where version is not null;

-- Due dates live here; BullMQ only rings. `due` is the first instant that is too late; leg 0 is the order as a whole.
create table work_order_deadlines (
  order_id uuid not null references work_orders,
  leg integer not null default 0,
  term text not null,
  started_at timestamptz not null,
  due timestamptz not null,
  provisional boolean not null,
  local_policy boolean not null,
  calendar_version text not null,
  cite text not null,
  met_at timestamptz,
  missed_at timestamptz,
  voided_at timestamptz,
  primary key (order_id, leg, term)
);
-- The sweep's cost follows what is open and due, never what was concluded.
create index work_order_deadlines_running on work_order_deadlines (due)
  where met_at is null and missed_at is null and voided_at is null;
create index work_order_deadlines_provisional on work_order_deadlines (due)
  where provisional and met_at is null and missed_at is null and voided_at is null;
