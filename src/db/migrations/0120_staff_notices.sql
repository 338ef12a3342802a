-- Up Migration
-- Notices to people of staff by their role: accounts have no telephone, so what they must be told stands here, with who
-- took note of it first. Words without identity, title or place.

create table staff_notices (
  id uuid primary key,
  order_id uuid not null references work_orders,
  role text not null,
  -- The event it speaks of: each notice is written once.
  key text not null unique,
  text text not null,
  cite text,
  at timestamptz not null,
  noted_at timestamptz,
  noted_by text,
  check ((noted_at is null) = (noted_by is null))
);
create index staff_notices_of_role on staff_notices (role, at desc, id desc);
create index staff_notices_unnoted on staff_notices (role, at desc, id desc) where noted_at is null;
create index staff_notices_of_order on staff_notices (order_id);

-- A unit that has not filed its own method is reminded of it once, and told once that it is late (丹东 第十五条).
alter table unit_methods add column reminded_at timestamptz;
