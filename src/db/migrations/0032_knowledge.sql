-- Up Migration
-- The knowledge base: what agents answer from. An item has versions; an answer cites item and version, so a later
-- change never alters what a citizen was told (鞍山 2019 第三十四条: true, accurate, effective).

create table knowledge_items (
  id uuid primary key,
  unit_code text not null,
  created_at timestamptz not null default clock_timestamp(),
  withdrawn_at timestamptz
);

create table knowledge_versions (
  item_id uuid not null references knowledge_items,
  version integer not null,
  title text not null,
  body text not null,
  keywords text not null default '',
  -- Where it stands: 文号, 文件名称, 具体条款.
  source_number text,
  source_name text not null,
  source_article text,
  confidential boolean not null default false,
  valid_from date not null,
  valid_to date,
  -- Words and pairs of characters of title, keywords and body; src/base/grams.ts makes them.
  grams text[] not null,
  made_by text not null,
  made_at timestamptz not null default clock_timestamp(),
  primary key (item_id, version),
  check (valid_to is null or valid_to >= valid_from)
);
create index knowledge_versions_grams on knowledge_versions using gin (grams);
