-- Up Migration
-- The whole life of an order: handling by units, procedures inside it, audit, follow-up and rating.

alter table work_orders drop constraint work_orders_state_check;
alter table work_orders add constraint work_orders_state_check check (state in ('registered', 'awaitingMaterial',
  'accepted', 'dispatched', 'fedBack', 'concluded', 'refused', 'merged', 'terminated', 'transferred'));
alter table work_orders
  -- 办理类别 (丹东 第十三条第二项); null where the statute knows none.
  add column handling_class text check (handling_class in ('consultation', 'general', 'complex')),
  -- The member of staff complained about; can neither read nor handle the order.
  add column accused_staff uuid,
  add column concluded_at timestamptz,
  -- Audits, follow-ups and the rating, as the events made them: { audits, followUps, rating }.
  add column closing jsonb not null default '{"audits": [], "followUps": [], "rating": null}';
create index work_orders_of_lead on work_orders (lead_unit, raised_at desc, id desc) where ended_at is null;
create index work_orders_against_unit on work_orders (accused_unit) where accused_unit is not null;

alter table work_order_legs
  add column acknowledged_at timestamptz,
  add column contacted_at timestamptz,
  add column fed_back_at timestamptz,
  add column result jsonb,
  add column told jsonb,
  add column stage_reports jsonb not null default '[]',
  add column ended_at timestamptz,
  -- Why the leg lies no longer with this unit.
  add column ended text;
-- One unit holds an order once at a time, and an order has one leading unit.
create unique index work_order_legs_live on work_order_legs (order_id, unit_code) where ended_at is null;
create unique index work_order_legs_one_lead on work_order_legs (order_id) where role = 'lead' and ended_at is null;

-- What is opened by one and closed by another: applications, demands, supervision. `said` and `outcome` as in
-- src/work-orders/procedures.ts.
create table work_order_procedures (
  order_id uuid not null references work_orders,
  n integer not null,
  kind text not null,
  leg integer,
  opened_at timestamptz not null,
  opened_by text not null,
  opened_role text not null,
  said jsonb not null,
  closed_at timestamptz,
  closed_by text,
  closed_role text,
  verdict text,
  outcome jsonb,
  primary key (order_id, n),
  check ((closed_at is null) = (verdict is null))
);
create index work_order_procedures_open on work_order_procedures (kind, opened_at) where closed_at is null;

alter table work_order_deadlines
  -- 0, or the procedure whose clock it is.
  add column procedure integer not null default 0,
  -- A right that lapses (apply for an extension, send back): shown, never missed.
  add column is_window boolean not null default false,
  -- Limits by which it was extended, in their order, and another law's own limit: what `due` was computed from.
  add column extensions jsonb not null default '[]',
  add column other_law jsonb,
  add column remind_at timestamptz,
  add column reminded_at timestamptz;
alter table work_order_deadlines drop constraint work_order_deadlines_pkey;
alter table work_order_deadlines add primary key (order_id, leg, procedure, term);
drop index work_order_deadlines_running;
create index work_order_deadlines_running on work_order_deadlines (due)
  where met_at is null and missed_at is null and voided_at is null and not is_window;
create index work_order_deadlines_to_remind on work_order_deadlines (remind_at)
  where met_at is null and missed_at is null and voided_at is null and reminded_at is null and remind_at is not null;

-- 承办单位: who answers there (鞍山 2019 第八条, 丹东 第四条), and whom to call, in the order of calling.
alter table units
  add column kind text not null default 'department',
  add column office text,
  -- [{ "name", "position", "phone" }]; telephone hand-over of urgent matters goes down this list (丹东 第十七条).
  add column contacts jsonb not null default '[]';
