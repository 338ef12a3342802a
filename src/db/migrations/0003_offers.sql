-- Up Migration
-- An offer: this contact, to this agent, until this instant of the database clock. Changed only by src/queue/store.ts.

create table offers (
  id uuid primary key,
  contact_id uuid not null references contacts,
  agent_id uuid not null,
  agent_epoch bigint not null,
  channel text not null,
  mode text not null check (mode in ('desk', 'phone')),
  ring integer not null default 0,
  offered_at timestamptz not null default clock_timestamp(),
  deadline timestamptz not null,
  outcome text check (outcome in ('accepted','declined','expired','withdrawn','abandoned')),
  reason text,
  ended_at timestamptz,
  check ((outcome is null) = (ended_at is null))
);
create unique index offers_open_per_contact on offers (contact_id) where ended_at is null;
create index offers_open on offers (deadline) where ended_at is null;
create index offers_by_agent on offers (agent_id, offered_at desc);
create index offers_by_contact on offers (contact_id, offered_at);
