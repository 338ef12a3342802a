-- A notice to a role may be meant for one unit's alone: the leader who decides on a recusal of his people (鞍山 2019
-- 第二十七条第二款).
alter table staff_notices add column unit_code text references units;
