-- Up Migration
-- Duties about the knowledge base: kinds of items, reports of errors, policies announced before their publication, the
-- clocks of both, who looks after a unit's items, and what fell to supervision. Which of them bind says the statute.

alter table knowledge_items
  add column kind text not null default 'general'
    check (kind in ('general', 'policy', 'answerLine', 'acceptanceTemplate', 'replyTemplate', 'holding')),
  -- Which of the things that a unit must deliver it is (职责, 权责清单 …), by the statute's code.
  add column holding text,
  -- What an answer line (应答口径) is about.
  add column topic text check (topic in ('hotTopic', 'majorEvent', 'emergency')),
  add column withdrawn_by text,
  add column withdrawn_because text;
create index knowledge_items_of_unit on knowledge_items (unit_code, kind) where withdrawn_at is null;

alter table knowledge_versions
  -- The kind of matter that a template is for.
  add column matter_kind text,
  add column matter_category integer,
  -- Parts of an acceptance template (受理标准, 办理流程, 办结标准, 相关依据).
  add column parts jsonb,
  add column made_by_role text,
  add column change_note text,
  -- Compared with a query's pairs, as src/base/grams.ts writes them.
  add column title_text text generated always as (lower(normalize(title, NFKC))) stored,
  add column keyword_text text generated always as (lower(normalize(keywords, NFKC))) stored;

-- A query of one character finds what has it in title or keywords.
update knowledge_versions v set grams = v.grams || single.characters
from (
  select item_id, version, array_agg(distinct c) as characters
  from knowledge_versions, regexp_split_to_table(lower(normalize(title || keywords, NFKC)), '') c
  where c ~ '[一-鿿]'
  group by item_id, version
) single
where single.item_id = v.item_id and single.version = v.version and not single.characters <@ v.grams;

-- Read all day and written now and then: what waits in a pending list would be read from end to end by every search.
alter index knowledge_versions_grams set (fastupdate = off);

create table knowledge_errors (
  id uuid primary key,
  -- Null where something is missing altogether: the unit has no item that says it.
  item_id uuid references knowledge_items,
  version integer,
  unit_code text not null,
  what text not null,
  statute text not null,
  reported_at timestamptz not null,
  reported_by text not null,
  reported_role text not null,
  -- withdrawn: the item was taken out, so the wrong information is no longer given.
  state text not null default 'open' check (state in ('open', 'corrected', 'refused', 'withdrawn')),
  settled_at timestamptz,
  settled_by text,
  settled_role text,
  reason text,
  -- The version that corrects or completes.
  corrected_item uuid,
  corrected_version integer,
  foreign key (item_id, version) references knowledge_versions,
  foreign key (corrected_item, corrected_version) references knowledge_versions,
  check ((item_id is null) = (version is null)),
  check ((state = 'open') = (settled_at is null)),
  check ((state = 'corrected') = (corrected_version is not null)),
  check (state <> 'refused' or reason is not null)
);
create index knowledge_errors_newest on knowledge_errors (reported_at desc, id desc);
create index knowledge_errors_open on knowledge_errors (item_id) where state = 'open';
create index knowledge_errors_of_unit on knowledge_errors (unit_code, reported_at desc, id desc);

create table knowledge_policies (
  id uuid primary key,
  unit_code text not null,
  title text not null,
  statute text not null,
  -- The day on which the public may read it; until then its item answers no citizen.
  published_on date not null,
  exemption text check (exemption in ('urgent', 'secret')),
  exemption_reason text,
  -- 配套解读, 专题培训.
  interpretation text,
  training text,
  item_id uuid unique references knowledge_items,
  announced_at timestamptz not null,
  uploaded_at timestamptz,
  cancelled_at timestamptz,
  check ((item_id is null) = (uploaded_at is null)),
  check ((exemption is null) = (exemption_reason is null))
);
create index knowledge_policies_newest on knowledge_policies (announced_at desc, id desc);
create index knowledge_policies_of_unit on knowledge_policies (unit_code, announced_at desc, id desc);

-- `due` is the first instant that is too late. `event_on` is the day counted from or back from, where a day is counted.
create table knowledge_clocks (
  kind text not null check (kind in ('errorCorrection', 'uploadBeforePublication')),
  subject_id uuid not null,
  unit_code text not null,
  -- What it is about, for lists; never the title of a confidential item.
  about text not null,
  statute text not null,
  term text not null,
  started_at timestamptz not null,
  event_on date,
  due timestamptz not null,
  provisional boolean not null,
  local_policy boolean not null,
  calendar_version text not null,
  cite text not null,
  remind_at timestamptz,
  reminded_at timestamptz,
  met_at timestamptz,
  missed_at timestamptz,
  voided_at timestamptz,
  primary key (kind, subject_id)
);
create index knowledge_clocks_running on knowledge_clocks (due)
  where met_at is null and missed_at is null and voided_at is null;
create index knowledge_clocks_to_remind on knowledge_clocks (remind_at)
  where reminded_at is null and met_at is null and missed_at is null and voided_at is null;

-- 专人: who looks after the items of a unit.
create table knowledge_owners (
  unit_code text primary key,
  staff_id text,
  name text not null,
  named_by text not null,
  named_at timestamptz not null
);

-- What was done about an item, a policy, a report or an owner; rows are only added.
create table knowledge_events (
  id bigint generated always as identity primary key,
  subject text not null check (subject in ('item', 'policy', 'error', 'owner')),
  subject_id text not null,
  type text not null,
  at timestamptz not null,
  actor_id text not null,
  actor_role text not null,
  data jsonb not null default '{}'
);
create index knowledge_events_of_subject on knowledge_events (subject, subject_id, id);

-- Matters that this slice hands to supervision, where nobody else keeps them.
create table knowledge_supervision (
  id uuid primary key,
  unit_code text not null,
  trigger text not null,
  subject_kind text not null,
  subject_id uuid not null,
  about text not null,
  term text not null,
  term_cite text not null,
  due timestamptz not null,
  cite text not null,
  at timestamptz not null,
  unique (subject_kind, subject_id)
);
create index knowledge_supervision_newest on knowledge_supervision (at desc, id desc);
