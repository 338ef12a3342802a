-- Up Migration
-- A unit's own orders newest first, without looking through everybody's: each leg knows when its order was raised.

alter table work_order_legs add column raised_at timestamptz;
update work_order_legs l set raised_at = o.raised_at from work_orders o where o.id = l.order_id;
alter table work_order_legs alter column raised_at set not null;

create function work_order_leg_raised() returns trigger language plpgsql as $$
begin
  select o.raised_at into new.raised_at from work_orders o where o.id = new.order_id;
  return new;
end $$;
create trigger work_order_legs_raised before insert on work_order_legs
  for each row execute function work_order_leg_raised();

create index work_order_legs_newest on work_order_legs (unit_code, raised_at desc, order_id desc);
