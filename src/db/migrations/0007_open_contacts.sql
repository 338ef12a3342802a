-- Up Migration
-- The matcher is built from the open contacts in the order of their ids. Without this the first page of them reads all
-- contacts that ever ended, and after some hundred thousand of those no statement lives long enough to do it.
create index contacts_open_by_id on contacts (id) where ended_at is null;
