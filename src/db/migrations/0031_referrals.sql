-- Up Migration
-- Referrals: who was told what and when, and by which article; and the notices to departments about incidents.

-- The city's numbers. They start from the statute and are edited here; a statute's number keeps its article.
create table referral_numbers (
  number text primary key,
  name text not null,
  use text not null,
  emergency boolean not null,
  cite text,
  changed_by text,
  changed_at timestamptz not null default clock_timestamp()
);

create table referrals (
  id uuid primary key,
  contact_id uuid not null references contacts,
  -- threeWay: live call; text: the number was written to the requester; told: he was told in the conversation.
  kind text not null check (kind in ('threeWay', 'text', 'told')),
  matter text,
  target text,
  number text,
  state text not null check (state in ('dialling', 'joined', 'takenOver', 'told', 'failed', 'cancelled', 'ended')),
  failure text,
  cite text,
  by_kind text not null,
  by_id text not null,
  by_role text not null,
  -- One per message that was recognised, so a replay answers once.
  message_id uuid unique,
  recognised_at timestamptz,
  told_at timestamptz,
  dialled_at timestamptz,
  far_side_joined_at timestamptz,
  taken_over_at timestamptz,
  agent_left_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
create index referrals_of_contact on referrals (contact_id, created_at desc);
-- One live call to an emergency line per contact.
create unique index referrals_one_live on referrals (contact_id)
  where kind = 'threeWay' and state in ('dialling', 'joined', 'takenOver');

create table incident_notices (
  id uuid primary key,
  contact_id uuid not null references contacts,
  incident text not null,
  department text not null,
  cite text,
  made_at timestamptz not null,
  due timestamptz not null,
  local_policy boolean not null,
  reminders integer not null default 0,
  reminded_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  unique (contact_id, incident, department)
);
create index incident_notices_open on incident_notices (due) where acknowledged_at is null;
