-- Up Migration
-- Lists of what is still owed walk the open orders only.
create index work_orders_open_newest on work_orders (raised_at desc, id desc) where ended_at is null;
