-- Up Migration
-- Telephony's own tables: marks of nodes, the pool of phones, recordings. Calls themselves are contacts.

create table telephony_nodes (
  node text primary key,
  -- Start of the Asterisk process as it tells it; another value means a restart.
  boot text not null,
  -- Up to this instant everything that Asterisk said is in the ledger or in a spool.
  seen_through timestamptz not null,
  -- Epoch of the lease under which this was written.
  epoch bigint not null
);

create table phones (
  number text primary key,
  kind text not null check (kind in ('web', 'sip')),
  -- A number that left the pool's file keeps its row, but is bound to nobody any more.
  retired boolean not null default false,
  bound_agent uuid,
  -- Login of that agent; a later login takes the phone over, an earlier one can no longer release it.
  bound_epoch bigint,
  bound_at timestamptz,
  check ((bound_agent is null) = (bound_epoch is null))
);
-- An agent has one phone; that a phone has one agent follows from its row.
create unique index phones_by_agent on phones (bound_agent) where bound_agent is not null;
create index phones_free on phones (kind, number) where bound_agent is null and not retired;

create table recordings (
  id uuid primary key,
  -- The call, as in contacts.call_id. No reference: a recording may arrive before its contact is replayed.
  call_id text not null,
  node text not null,
  kind text not null check (kind in ('conversation', 'voicemail')),
  -- Name below the folder of recordings; null until the encrypted file is complete and on the disk.
  stored_name text,
  key_id text,
  -- Of the sound as it was recorded, hexadecimal, and its size in bytes.
  sha256 text,
  bytes bigint,
  found_at timestamptz not null default clock_timestamp(),
  stored_at timestamptz,
  -- Local policy, not law: no statute names a time.
  delete_after timestamptz,
  -- A recording that is evidence is kept beyond delete_after.
  kept_for text,
  deleted_at timestamptz,
  check ((stored_at is null) = (stored_name is null))
);
create index recordings_of_call on recordings (call_id);
create index recordings_due on recordings (delete_after) where deleted_at is null and kept_for is null;
