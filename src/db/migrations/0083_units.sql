-- Up Migration
-- The registry of units: who changed what of a record, and the unit's own method that has to be filed (丹东 第十五条).

create table unit_changes (
  code text not null references units,
  -- From 1; the record that was seeded is version 0.
  version integer not null,
  at timestamptz not null,
  actor_id text not null,
  actor_role text not null,
  -- The record before (null: it was made) and after.
  before jsonb,
  after jsonb not null,
  primary key (code, version)
);

-- One row for each unit and each time that the city issued its method. `due` is the first instant that is too late.
create table unit_methods (
  code text not null references units,
  issued_on date not null,
  -- 文号 or title by which the city's method was issued.
  reference text not null,
  term text not null,
  due timestamptz not null,
  provisional boolean not null,
  calendar_version text not null,
  cite text not null,
  -- The unit's own method: its document, the office and the person who answer for it.
  document text,
  office text,
  person text,
  filed_at timestamptz,
  filed_by text,
  missed_at timestamptz,
  primary key (code, issued_on),
  check ((filed_at is null) = (document is null))
);
create index unit_methods_running on unit_methods (due) where filed_at is null and missed_at is null;
