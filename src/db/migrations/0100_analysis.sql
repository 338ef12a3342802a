-- Up Migration
-- Analysis and public disclosure: warnings, issued reports, published figures and cases. De-identified throughout: no
-- name, no telephone, no words of an order. Beside them the indexes by which orders are counted over a period.

create index work_orders_accepted on work_orders (accepted_at) where accepted_at is not null;
create index work_orders_by_conclusion on work_orders (concluded_at) where concluded_at is not null;
create index work_order_events_by_type on work_order_events (type, at);
create index work_order_deadlines_due on work_order_deadlines (due) where not is_window;
create index work_order_legs_delivered on work_order_legs (delivered_at);
create index work_order_legs_fed_back on work_order_legs (fed_back_at) where fed_back_at is not null;
create index work_order_procedures_opened on work_order_procedures (kind, opened_at);
create index work_order_contacts_appended on work_order_contacts (at) where relation = 'appended';
create index registrations_at on registrations (registered_at);

create table analysis_warnings (
  id uuid primary key,
  statute text not null,
  kind text not null check (kind in ('hotTopic', 'sharedWords', 'againstUnit', 'reported')),
  -- The same for the same topic; while its warning is open there is no second.
  key text not null,
  risk text check (risk in ('socialStability', 'publicSafety', 'integrityRisk')),
  -- Category, or kind where the statute knows no categories.
  subject text,
  place text,
  unit_code text,
  title text not null,
  reason text,
  -- What made it a warning: requesters, threshold, last year's figure; null for one that a person reported.
  found jsonb,
  -- Requesters at the last look.
  latest integer,
  order_ids uuid[] not null default '{}',
  cite text,
  local_policy boolean not null,
  says text not null,
  opened_at timestamptz not null,
  opened_by text not null,
  opened_role text not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_role text,
  closed_at timestamptz,
  closed_by text,
  closed_role text,
  outcome text check (outcome in ('settled', 'campaign', 'specialStudy', 'unfounded')),
  result text,
  check ((closed_at is null) = (outcome is null and result is null))
);
create unique index analysis_warnings_once on analysis_warnings (statute, key) where closed_at is null;
create index analysis_warnings_newest on analysis_warnings (opened_at desc, id desc);
create index analysis_warnings_of_key on analysis_warnings (statute, key, closed_at desc) where closed_at is not null;

-- 向有关单位发出: to whom, when, in which words, and whether they have taken notice.
create table analysis_warning_sendings (
  id uuid primary key,
  warning_id uuid not null references analysis_warnings,
  -- A unit answers here itself; another body's answer is entered for it.
  unit_code text,
  recipient text not null,
  words text not null,
  sent_at timestamptz not null,
  sent_by text not null,
  sent_role text not null,
  due timestamptz not null,
  cite text,
  local_policy boolean not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  missed_at timestamptz,
  unique (warning_id, recipient)
);
create index analysis_warning_sendings_waiting on analysis_warning_sendings (due)
  where acknowledged_at is null and missed_at is null;
create index analysis_warning_sendings_of_unit on analysis_warning_sendings (unit_code, sent_at desc)
  where unit_code is not null;

-- An issued report is what it was on that day: figures, the version of the formulas, who issued it, to whom it went.
create table analysis_reports (
  id uuid primary key,
  statute text not null,
  kind text not null check (kind in ('periodic', 'special', 'assessment')),
  period text not null,
  period_label text not null,
  period_from timestamptz not null,
  period_to timestamptz not null,
  focus jsonb not null,
  edition integer not null,
  because text,
  figures_version text not null,
  composed jsonb not null,
  summary text not null,
  sent_to jsonb not null,
  issued_at timestamptz not null,
  issued_by text not null,
  issued_role text not null,
  unique (statute, kind, period, focus, edition)
);
create index analysis_reports_newest on analysis_reports (issued_at desc, id desc);

create function analysis_reports_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'an issued report does not change' using errcode = 'insufficient_privilege';
end $$;
create trigger analysis_reports_frozen before update or delete or truncate on analysis_reports
  for each statement execute function analysis_reports_refuse_change();

-- Issued figures that the public may read.
create table disclosure_reports (
  report_id uuid primary key references analysis_reports,
  published_at timestamptz not null,
  published_by text not null,
  published_role text not null,
  withdrawn_at timestamptz,
  withdrawn_by text,
  because text
);

-- De-identified cases: drafted by one, approved by another, withdrawn at once when somebody objects.
create table disclosure_cases (
  id uuid primary key,
  statute text not null,
  order_id uuid not null references work_orders,
  state text not null check (state in ('draft', 'published', 'refused', 'withdrawn')),
  title text not null,
  problem text not null,
  handling text not null,
  outcome text not null,
  subject text,
  -- The month in which the order was concluded, YYYY-MM: no day, so that nobody is found by it.
  concluded_in text not null,
  drafted_at timestamptz not null,
  drafted_by text not null,
  drafted_role text not null,
  decided_at timestamptz,
  decided_by text,
  because text,
  withdrawn_at timestamptz,
  withdrawn_by text,
  withdrawn_because text,
  check (decided_by is null or decided_by <> drafted_by),
  check ((state in ('published', 'withdrawn')) = (decided_at is not null and state <> 'refused'))
);
create index disclosure_cases_newest on disclosure_cases (drafted_at desc, id desc);
create index disclosure_cases_public on disclosure_cases (decided_at desc, id desc) where state = 'published';

-- Who objected is nobody's business but the centre's: what he wrote is sealed.
create table disclosure_objections (
  id uuid primary key,
  case_id uuid not null references disclosure_cases,
  at timestamptz not null,
  by_kind text not null check (by_kind in ('public', 'staff')),
  by_id text not null,
  words_sealed text not null
);
create index disclosure_objections_of_case on disclosure_objections (case_id, at);
