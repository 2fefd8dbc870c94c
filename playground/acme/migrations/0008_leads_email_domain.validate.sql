-- A row is a failure: every lead has the domain of its address.
SELECT id AS lead_without_its_domain
FROM leads
WHERE email_domain IS DISTINCT FROM lower(split_part(email, '@', 2))
LIMIT 10;

SELECT 'trigger leads_set_email_domain is missing' AS problem
WHERE NOT EXISTS (
  SELECT FROM pg_trigger WHERE tgrelid = 'public.leads'::regclass AND tgname = 'leads_set_email_domain' AND tgenabled <> 'D'
);
