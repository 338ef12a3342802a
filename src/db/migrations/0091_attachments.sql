-- Up Migration
-- Files beside an order, and who may hear its recordings. The files themselves lie encrypted in the data folder; what a
-- requester sent by WeChat stays in inbound_media and is only listed beside them. Written only by
-- src/work-orders/attachment-store.ts and src/work-orders/recording-store.ts.

create table work_order_attachments (
  id uuid primary key,
  order_id uuid not null references work_orders,
  -- A name of a file may hold the name of a person.
  name_sealed text not null,
  mime text not null,
  -- Of the file as it was handed in.
  bytes bigint not null,
  sha256 text not null,
  -- Key of the encrypted file: without it the file is lost, also in a backup.
  key_sealed text not null,
  -- 脱敏副本: a copy made for handling, which whoever sees the matter without its author is given.
  for_handling boolean not null default false,
  added_by text not null,
  added_role text not null,
  added_unit text references units,
  added_at timestamptz not null
);
create index work_order_attachments_of_order on work_order_attachments (order_id, added_at);

-- Approval to hear the recordings of one order, by somebody else, with a reason and an end. Local policy.
create table recording_approvals (
  id uuid primary key,
  order_id uuid not null references work_orders,
  staff_id uuid not null,
  reason text not null,
  approved_by text not null,
  approved_role text not null,
  approved_at timestamptz not null,
  until timestamptz not null,
  check (approved_by <> staff_id::text)
);
create index recording_approvals_of on recording_approvals (staff_id, order_id);
