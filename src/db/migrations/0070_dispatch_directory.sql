-- Up Migration
-- 派单目录 (国办函〔2025〕66号): which units a kind of matter goes to, at which place, since when and by which document.
-- An entry never changes and is never deleted: it ends, and another takes its place.

create table dispatch_directory (
  id uuid primary key,
  -- Categories are counted by the statute.
  statute text not null,
  -- Null: of any category. An entry names at least one of category, words and place.
  category integer,
  -- Any of these words in the title or the facts.
  keywords text[] not null default '{}',
  -- A part of the order's place, e.g. a district.
  place text,
  lead_unit text not null references units,
  co_units text[] not null default '{}',
  -- First and last day, inclusive; without a last day until further notice.
  valid_from date not null,
  valid_to date,
  -- 文号 or title of the document that gives the duty.
  basis text not null,
  note text,
  check (category is not null or keywords <> '{}' or place is not null),
  check (valid_to is null or valid_to >= valid_from)
);
create index dispatch_directory_valid on dispatch_directory (statute, valid_from);

-- Who entered or ended what, when, and by which document.
create table dispatch_directory_changes (
  id bigint generated always as identity primary key,
  entry_id uuid not null references dispatch_directory,
  change text not null check (change in ('added', 'ended')),
  at timestamptz not null,
  changed_by text not null,
  changed_role text not null,
  basis text not null,
  valid_to date
);
create index dispatch_directory_changes_of_entry on dispatch_directory_changes (entry_id, id);
