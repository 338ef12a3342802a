-- Up Migration
-- Running clocks by the calendar they were computed with: after a new notice or closure the others are found at once.

drop index work_order_deadlines_provisional;
create index work_order_deadlines_of_calendar on work_order_deadlines (calendar_version)
  where met_at is null and missed_at is null and voided_at is null;
