/** What Acme's pages ask most, for the staging runs of the demo: the newest leads of a tenant, one lead by its address, and who works there. */
export const ACME_LOAD: readonly string[] = [
  'SELECT id, email, full_name, status FROM leads WHERE tenant_id = 1 ORDER BY created_at DESC LIMIT 50',
  "SELECT id FROM leads WHERE tenant_id = 1 AND lower(email) = 'nobody@example.com'",
  'SELECT t.slug, count(*) FROM tenants t JOIN users u ON u.tenant_id = t.id GROUP BY t.slug ORDER BY t.slug',
];
