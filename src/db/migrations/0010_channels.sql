-- Up Migration
-- What the channels keep for themselves: parts of long messages, opt-outs, files, and everything we send.

-- Parts of long SMS until they are joined. Only src/channels/sms/part-store.ts writes here.
create table sms_parts (
  id bigint generated always as identity primary key,
  account text not null,
  provider_id text not null,
  -- Keyed hash of (smsc, from, to, reference, total).
  assembly text not null,
  seq smallint not null,
  total smallint not null,
  digest text not null,
  -- Null once the joined message is handed over: the id stays for the dedupe, the text goes.
  part_sealed text,
  -- Provider id of the first part of the message that this part was released with.
  group_id text,
  partial boolean not null default false,
  stored_at timestamptz not null default clock_timestamp(),
  released_at timestamptz,
  handed_over_at timestamptz,
  unique (account, provider_id),
  check ((group_id is null) = (released_at is null)),
  check (part_sealed is not null or handed_over_at is not null)
);
create index sms_parts_assembly on sms_parts (assembly);
create index sms_parts_waiting on sms_parts (assembly, stored_at) where group_id is null;
create index sms_parts_released on sms_parts (released_at) where group_id is not null and handed_over_at is null;
create index sms_parts_done on sms_parts (handed_over_at) where handed_over_at is not null;

-- Who wants no notices, by keyed hash of the number.
create table sms_opt_outs (
  number_lookup text primary key,
  opted_out boolean not null,
  said_at timestamptz not null
);

-- How many messages WeChat still lets us send to a citizen. A hint for the desk; WeChat's answers decide.
create table wechat_windows (
  requester_lookup text primary key,
  allowance smallint not null,
  used smallint not null default 0,
  opened_at timestamptz not null,
  expires_at timestamptz not null
);

-- Files that citizens sent. They lie encrypted below the data folder; the key of each is sealed here.
create table inbound_media (
  id uuid primary key,
  channel text not null,
  account text not null,
  provider_id text not null,
  part text not null check (part in ('file', 'thumb')),
  media_id text not null,
  state text not null default 'waiting' check (state in ('waiting', 'stored', 'gone')),
  reason text,
  tries integer not null default 0,
  not_before timestamptz not null default clock_timestamp(),
  rung_at timestamptz not null default clock_timestamp(),
  mime text,
  bytes bigint,
  sha256 text,
  key_sealed text,
  created_at timestamptz not null default clock_timestamp(),
  stored_at timestamptz,
  unique (channel, account, provider_id, part)
);
create index inbound_media_waiting on inbound_media (not_before) where state = 'waiting';

-- Everything we send. Written in the transaction that decides it, claimed before the provider is called.
create table outgoing_messages (
  -- Our own id; providers that echo one get this.
  id uuid primary key,
  seq bigint generated always as identity,
  key text not null unique,
  channel text not null check (channel in ('sms', 'wechat')),
  via text not null,
  purpose text not null check (purpose in ('reply', 'notice', 'code')),
  -- What it is about, e.g. contact:<id>; for the desk.
  about text,
  to_lookup text not null,
  to_sealed text not null,
  content_sealed text not null,
  -- What to send instead when this one certainly fails.
  otherwise_sealed text,
  instead_of uuid references outgoing_messages,
  state text not null default 'queued'
    check (state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown')),
  reason text,
  provider_message_id text,
  tries integer not null default 0,
  not_before timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  rung_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  claimed_at timestamptz,
  sent_at timestamptz,
  ended_at timestamptz,
  -- The address asked to be forgotten: unreadable as soon as nothing is to be sent any more.
  forget boolean not null default false
);
-- A lane: messages of one purpose to one person keep their order.
create index outgoing_messages_lane on outgoing_messages (channel, to_lookup, purpose, seq)
  where state in ('queued', 'sending');
create index outgoing_messages_due on outgoing_messages (not_before) where state = 'queued';
create index outgoing_messages_claimed on outgoing_messages (claimed_at) where state = 'sending';
create index outgoing_messages_by_provider on outgoing_messages (via, provider_message_id)
  where provider_message_id is not null;
create index outgoing_messages_forget on outgoing_messages (id) where forget;
create index outgoing_messages_about on outgoing_messages (about, seq) where about is not null;

-- Delivery reports, each once. One can be here before the answer that tells the provider's id.
create table outgoing_reports (
  via text not null,
  key text not null,
  own_id uuid,
  provider_message_id text,
  state text not null,
  code text not null,
  at timestamptz,
  applied boolean not null default false,
  stored_at timestamptz not null default clock_timestamp(),
  primary key (via, key)
);
create index outgoing_reports_open on outgoing_reports (stored_at) where not applied;
create index outgoing_reports_own on outgoing_reports (own_id) where not applied;
create index outgoing_reports_theirs on outgoing_reports (via, provider_message_id) where not applied;
