-- Up Migration
-- Staff accounts, their sessions and what keeps strangers out. Changed only through src/staff/store.ts and its neighbours.

create table staff (
  id uuid primary key,
  username text not null,
  display_name text not null,
  roles text[] not null check (cardinality(roles) > 0),
  -- What an agent brings, e.g. {"language": ["mandarin"], "topic": ["heating"]}.
  attributes jsonb not null default '{}',
  capacity_voice integer not null default 1 check (capacity_voice in (0, 1)),
  capacity_text integer not null default 3 check (capacity_text between 0 and 20),
  unit_id text,
  -- null until the person set one by a one-time link.
  password_hash text,
  password_changed_at timestamptz,
  totp_sealed text,
  totp_confirmed_at timestamptz,
  -- The last time step a code was used for: one code opens one door once.
  totp_last_step bigint not null default 0,
  disabled_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  last_sign_in_at timestamptz,
  -- The three administrators are separate people (GB/T 22239-2019, 8.1.4).
  check (
    (roles @> '{systemAdministrator}')::int + (roles @> '{auditAdministrator}')::int
      + (roles @> '{securityAdministrator}')::int <= 1
  )
);
create unique index staff_username on staff (lower(username));

create table staff_sessions (
  -- SHA-256 of the id in the cookie: whoever reads this table cannot sign in with it.
  id_hash text primary key,
  staff_id uuid not null references staff,
  data jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
);
create index staff_sessions_of on staff_sessions (staff_id) where revoked_at is null;
create index staff_sessions_expired on staff_sessions (expires_at);

-- Failed sign-ins, counted per account, per address and per pair of both; keys are hashes.
create table sign_in_failures (
  key text primary key,
  account_key text,
  failures integer not null,
  last_at timestamptz not null,
  locked_until timestamptz
);
create index sign_in_failures_of_account on sign_in_failures (account_key) where account_key is not null;

create table one_time_links (
  token_hash text primary key,
  purpose text not null check (purpose in ('setup', 'signIn', 'password')),
  staff_id uuid references staff,
  uses_left integer not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  check ((purpose = 'setup') = (staff_id is null))
);
create index one_time_links_expired on one_time_links (expires_at);
