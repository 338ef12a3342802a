-- Up Migration
-- 责任追究 of units, and what is owed after an order was concluded. Written only by src/accountability/.

-- Rows are only ever added: what was entered wrongly is corrected or withdrawn by a further row.
create table accountability_records (
  id uuid primary key,
  -- The unit held responsible; null: the centre itself (丹东 第二十二条: 平台及承办单位的工作人员).
  unit_code text references units,
  statute text not null,
  statute_version text not null,
  -- One of the statute's accountable acts.
  ground text not null,
  -- The order that shows it.
  order_id uuid not null references work_orders,
  order_number text not null,
  -- Who decided it, by which document, on which day: the window is counted from that day.
  decided_by text not null,
  document text,
  decided_on date not null,
  -- 追究、从轻或者减轻、免于追究.
  outcome text not null check (outcome in ('held', 'lighter', 'exempt')),
  mitigation text[] not null default '{}',
  note text,
  cite text,
  -- The record whose place it takes; `withdrawn`: nothing takes its place.
  corrects uuid unique references accountability_records,
  withdrawn boolean not null default false,
  correction_reason text,
  recorded_by text not null,
  recorded_role text not null,
  recorded_at timestamptz not null,
  check ((corrects is null) = (correction_reason is null)),
  check (corrects is not null or not withdrawn)
);
create index accountability_records_of_unit on accountability_records (unit_code, decided_on);
create index accountability_records_newest on accountability_records (recorded_at desc, id desc);

create function accountability_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger accountability_records_append_only before update or delete or truncate on accountability_records
  for each statement execute function accountability_refuse_change();

-- Who still has to be called back, the longest waiting first.
create index work_orders_concluded on work_orders (concluded_at, id) where state = 'concluded';
