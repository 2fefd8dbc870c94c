-- A row is a failure.
SELECT relname AS table_without_row_security FROM pg_class WHERE oid = 'public.leads'::regclass AND NOT relrowsecurity;
SELECT 'policy leads_of_own_tenant is missing' AS problem
WHERE NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'public.leads'::regclass AND polname = 'leads_of_own_tenant');
