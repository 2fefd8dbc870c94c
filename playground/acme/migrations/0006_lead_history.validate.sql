-- A row is a failure.
SELECT wanted AS missing_or_disabled_trigger
FROM unnest(ARRAY['leads_touch', 'leads_record_status']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'public.leads'::regclass AND tgname = wanted AND tgenabled <> 'D');
