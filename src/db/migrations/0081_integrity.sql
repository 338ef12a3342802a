-- Up Migration
-- 诚信档案 (鞍山 2019 第二十三条第四款) and, where no text knows one, the record of conduct that another article lets be
-- shown: what a requester did, by which evidence, confirmed by a second person, until when. Never read by the queue:
-- that sees only `integrity_marks` with the reason `harassment`, which nothing but a measure in force sets.

create table integrity_entries (
  id uuid primary key,
  requester_id uuid not null references requesters,
  statute text not null,
  -- Code of the statute's list of what a requester must not do, and its article.
  ground text not null,
  cite text,
  -- What happened; sealed, because it is about a person.
  what_sealed text not null,
  order_id uuid references work_orders,
  contact_id uuid references contacts,
  recording_id uuid,
  state text not null check (state in ('proposed', 'inForce', 'rejected', 'lapsed', 'expired', 'withdrawn')),
  made_at timestamptz not null,
  made_by text not null,
  made_role text not null,
  decided_at timestamptz,
  decided_by text,
  decision text,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  ended_because text,
  -- The flag of the desk while it is in force.
  mark_id uuid references integrity_marks,
  check (order_id is not null or contact_id is not null or recording_id is not null),
  check (decided_by is null or decided_by <> made_by)
);
create index integrity_entries_of_requester on integrity_entries (requester_id, made_at desc);
create index integrity_entries_open on integrity_entries (expires_at) where state in ('proposed', 'inForce');

-- 经研究后对当事人的电话进行相应处置 (丹东 第二十条): no measure without the record of the study.
create table integrity_measures (
  id uuid primary key,
  requester_id uuid not null references requesters,
  statute text not null,
  cite text not null,
  scope text not null check (scope in ('lowestPriority')),
  study_sealed text not null,
  participants text[] not null check (cardinality(participants) >= 2),
  document text not null,
  entries uuid[] not null check (cardinality(entries) >= 1),
  state text not null check (state in ('proposed', 'inForce', 'rejected', 'lapsed', 'expired', 'withdrawn')),
  made_at timestamptz not null,
  made_by text not null,
  made_role text not null,
  decided_at timestamptz,
  decided_by text,
  decision text,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  ended_because text,
  mark_id uuid references integrity_marks,
  check (decided_by is null or decided_by <> made_by)
);
create index integrity_measures_of_requester on integrity_measures (requester_id, made_at desc);
create index integrity_measures_open on integrity_measures (expires_at) where state in ('proposed', 'inForce');

-- What the requester himself asks to have put right, written down by somebody and decided by somebody else.
create table integrity_corrections (
  id uuid primary key,
  requester_id uuid not null references requesters,
  -- One entry or measure, or neither: all of his.
  entry_id uuid references integrity_entries,
  measure_id uuid references integrity_measures,
  contact_id uuid not null references contacts,
  request_sealed text not null,
  asked_at timestamptz not null,
  asked_by text not null,
  asked_role text not null,
  decided_at timestamptz,
  decided_by text,
  granted boolean,
  reason text,
  check (entry_id is null or measure_id is null),
  check (decided_by is null or decided_by <> asked_by),
  check ((decided_at is null) = (granted is null))
);
create index integrity_corrections_of_requester on integrity_corrections (requester_id, asked_at desc);
create index integrity_corrections_open on integrity_corrections (asked_at) where decided_at is null;
