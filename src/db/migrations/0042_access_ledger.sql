-- Up Migration
-- Who looked at whom, when, in which role and why; also what was done to staff accounts. Rows are only ever added.
-- No personal data: subjects are ids. Written only by src/staff/ledger.ts.

create table access_ledger (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text not null,
  actor_role text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  requester_id uuid,
  contact_id uuid,
  reason text,
  data jsonb not null default '{}'
);
create index access_ledger_of_requester on access_ledger (requester_id, id) where requester_id is not null;
create index access_ledger_of_actor on access_ledger (actor_id, id);
create index access_ledger_of_subject on access_ledger (subject_kind, subject_id, id);

-- Seals chain the ledger: each covers the rows up to `up_to_id` that the seal before did not, and hashes them together
-- with that seal's hash. A row changed behind the trigger's back breaks the chain from there on.
create table access_ledger_seals (
  up_to_id bigint primary key,
  rows integer not null,
  hash text not null,
  sealed_at timestamptz not null default clock_timestamp()
);

create function access_ledger_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger access_ledger_append_only before update or delete or truncate on access_ledger
  for each statement execute function access_ledger_refuse_change();
create trigger access_ledger_seals_append_only before update or delete or truncate on access_ledger_seals
  for each statement execute function access_ledger_refuse_change();
