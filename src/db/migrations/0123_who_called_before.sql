-- Up Migration
-- Whoever gave up waiting today comes sooner when he calls again, and whoever unsubscribed is forgotten everywhere: both ask
-- for an address, and without this they read all of the day's contacts for each new caller.
create index contacts_by_address on contacts (address_lookup, received_at desc);
