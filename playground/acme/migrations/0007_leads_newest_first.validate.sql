-- A row is a failure: the index has to exist and to be usable.
SELECT 'index leads_newest_first_idx is missing or invalid' AS problem
WHERE NOT EXISTS (
  SELECT FROM pg_index
  WHERE indexrelid = to_regclass('public.leads_newest_first_idx') AND indisvalid AND indisready
);
