-- Up Migration
-- When an offer is known to have reached its agent's desk or phone. One that never did is no miss of his.
alter table offers add column announced_at timestamptz;
create index offers_unannounced on offers (offered_at) where ended_at is null and announced_at is null;
create index offers_open_by_agent on offers (agent_id) where ended_at is null;
