-- A row is a failure: an event must belong to the tenant of its lead.
SELECT e.id AS event_of_another_tenant
FROM lead_events e JOIN leads l ON l.id = e.lead_id
WHERE l.tenant_id <> e.tenant_id
LIMIT 10;
