-- Up Migration
-- What the calendar of working days knows beyond the notices that the program ships with: the State Council's notice of
-- a further year, and days on which the city closed by its own notice. Rows are only ever added; each is a new version
-- of the calendar, and its reference is what anybody can check it by.

create table calendar_imports (
  -- Without gaps: the version names it, and stands for everything up to it.
  revision integer primary key,
  kind text not null check (kind in ('notice', 'closure')),
  -- 文号 or title of the notice.
  reference text not null check (btrim(reference) <> ''),
  year integer,
  holidays date[],
  -- 补班: worked although they are a Saturday or Sunday.
  make_up_days date[],
  from_day date,
  to_day date,
  imported_at timestamptz not null default clock_timestamp(),
  imported_by text not null,
  check ((kind = 'notice') = (year is not null and holidays is not null and make_up_days is not null)),
  check ((kind = 'closure') = (from_day is not null and to_day is not null)),
  check (to_day >= from_day)
);
create unique index calendar_imports_one_notice_a_year on calendar_imports (year) where kind = 'notice';
