-- Up Migration
-- What every slice leans on. `outbox` is the only way into BullMQ; `leases` the only way to own something alone.

create table outbox (
  id bigint generated always as identity primary key,
  queue text not null,
  name text not null,
  data jsonb not null,
  delay_ms integer not null default 0,
  created_at timestamptz not null default clock_timestamp()
);

create table leases (
  name text primary key,
  owner text not null,
  epoch bigint not null,
  expires_at timestamptz not null
);

-- Facts about the installation itself, such as the fingerprint of the identity keys.
create table installation (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default clock_timestamp()
);
