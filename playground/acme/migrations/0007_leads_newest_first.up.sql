-- The inbox shows a tenant's newest leads first; until now each view sorts all leads of the tenant.
-- CONCURRENTLY: reads and writes go on while it builds. It cannot run inside a transaction, and if it fails it leaves
-- an INVALID index behind, which has to be dropped before the next try. Hence no IF NOT EXISTS, which would accept that leftover.
CREATE INDEX CONCURRENTLY leads_newest_first_idx ON leads (tenant_id, created_at DESC, id DESC);
