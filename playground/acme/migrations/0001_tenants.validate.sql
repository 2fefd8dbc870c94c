-- A row is a failure.
SELECT 'table tenants is missing' AS problem WHERE to_regclass('public.tenants') IS NULL;
