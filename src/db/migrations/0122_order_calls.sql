-- Up Migration
-- Calls that staff make to the requester of an order, whose number they do not see. Each is a contact; what it was for and
-- what came of it stands here and, once it is over, in the order's events.

alter table contacts add column direction text not null default 'inbound' check (direction in ('inbound', 'outbound'));

create table order_calls (
  id uuid primary key,
  order_id uuid not null references work_orders,
  contact_id uuid not null unique references contacts,
  purpose text not null,
  -- Part of the order at the caller's unit; null for staff of the centre.
  leg integer,
  caller_id uuid not null,
  caller_role text not null,
  -- The article on which he may call; null: local policy.
  cite text,
  started_at timestamptz not null,
  -- Written with the order's event.
  settled_at timestamptz,
  result text,
  seconds integer,
  check ((settled_at is null) = (result is null))
);
-- A requester is called by one person at a time.
create unique index order_calls_open on order_calls (order_id) where settled_at is null;
create index order_calls_of_order on order_calls (order_id, started_at desc);
