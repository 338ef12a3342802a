-- Up Migration
-- Finding orders by words, by the beginning of a number and by what they owe. Kept by triggers, so that nobody who
-- changes an order can forget it; read only by src/work-orders/search-store.ts behind the filter of who may see what.

-- Words without a dictionary: every pair of neighbouring Chinese (or Korean) characters, and every other word and number
-- whole, each as one integer. A name of a street or an estate that no dictionary knows is found like any other word.
-- A pair is its two code points; a word the first 32 bits of its MD5, which is the same on every server.
-- Characters that are written without spaces between words: Han with its extensions, 々, 〇, Hangul.
create function search_is_character(code integer) returns boolean
  language sql immutable parallel safe
  as $$
    select code between 13312 and 40959 or code between 44032 and 55203 or code between 63744 and 64255
      or code >= 131072 or code in (12293, 12295)
  $$;

create function search_grams(body text) returns integer[]
  language sql immutable strict parallel safe
  as $$
    select coalesce(array_agg(distinct gram), '{}') from (
      select (code << 16) # next_code as gram from (
        select ascii(c) as code, lead(ascii(c)) over (order by i) as next_code
        from unnest(string_to_array(lower(normalize(body, NFKC)), null)) with ordinality as characters (c, i)
      ) neighbours
      where search_is_character(code) and search_is_character(next_code)
      union all
      select ('x' || left(md5(word[1]), 8))::bit(32)::integer
      from regexp_matches(lower(normalize(body, NFKC)), '[a-z0-9À-ɏЀ-ԯ᠀-ᢪ]+', 'g') word
    ) grams
  $$;

create table work_order_search (
  order_id uuid primary key references work_orders,
  raised_at timestamptz not null,
  grams integer[] not null
);

-- Title, facts, place and what the units reported.
create function work_order_words(wanted uuid) returns text
  language sql stable
  as $$
    select concat_ws(E'\n', o.title, o.facts, o.place, (
      select string_agg(concat_ws(E'\n', l.result ->> 'text',
        (select string_agg(part.value, E'\n') from jsonb_each_text(l.result -> 'parts') part)), E'\n')
      from work_order_legs l where l.order_id = o.id and l.result is not null))
    from work_orders o where o.id = wanted
  $$;

create function work_order_search_refresh() returns trigger language plpgsql as $$
declare
  -- Of either table: an order or one of its legs.
  changed uuid := coalesce(to_jsonb(new) ->> 'order_id', to_jsonb(new) ->> 'id');
begin
  insert into work_order_search (order_id, raised_at, grams)
    select o.id, o.raised_at, search_grams(work_order_words(o.id)) from work_orders o where o.id = changed
    on conflict (order_id) do update set grams = excluded.grams, raised_at = excluded.raised_at;
  return null;
end $$;

create trigger work_orders_words_made after insert on work_orders
  for each row execute function work_order_search_refresh();
create trigger work_orders_words_changed after update of title, facts, place on work_orders
  for each row when ((old.title, old.facts, old.place) is distinct from (new.title, new.facts, new.place))
  execute function work_order_search_refresh();
create trigger work_order_legs_words_made after insert on work_order_legs
  for each row when (new.result is not null) execute function work_order_search_refresh();
create trigger work_order_legs_words_changed after update of result on work_order_legs
  for each row when (old.result is distinct from new.result) execute function work_order_search_refresh();

insert into work_order_search (order_id, raised_at, grams)
  select id, raised_at, search_grams(work_order_words(id)) from work_orders;

-- Without the list of pending entries, which every search would have to read from end to end.
create index work_order_search_grams on work_order_search using gin (grams) with (fastupdate = off);
create index work_order_search_newest on work_order_search (raised_at desc, order_id desc);

create index work_orders_by_number on work_orders (number text_pattern_ops);
create index work_orders_by_kind on work_orders (kind, raised_at desc, id desc);
create index work_orders_by_category on work_orders (category, raised_at desc, id desc);
create index work_orders_by_lead on work_orders (lead_unit, raised_at desc, id desc);
create index work_orders_urgent on work_orders (raised_at desc, id desc) where urgent;
create index work_orders_incomplete on work_orders (raised_at desc, id desc) where missing <> '{}';
create index work_orders_against_staff on work_orders (accused_staff) where accused_staff is not null;
-- Clocks that run, also those whose missing is on record already.
create index work_order_deadlines_unmet on work_order_deadlines (due)
  where met_at is null and voided_at is null and not is_window;
-- Whoever withdrew from an order: every list leaves it out.
create index work_order_procedures_recusals on work_order_procedures (order_id) where kind = 'recusal';
