-- Up Migration
-- The build of the matcher's memory that belongs to this database. A restored or exchanged database names another one,
-- and the memory is built anew.
create table matcher_generation (
  single boolean primary key default true check (single),
  generation text not null,
  built_at timestamptz not null default clock_timestamp()
);
