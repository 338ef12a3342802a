-- Up Migration
-- What supervision by counting reads: contacts of a time, orders merged into one, words of the followed up.

create index work_order_contacts_recent on work_order_contacts (at);
create index work_orders_merged_into on work_orders (merged_into) where merged_into is not null;
create index work_order_events_followed_up on work_order_events (at) where type = 'followedUp';
