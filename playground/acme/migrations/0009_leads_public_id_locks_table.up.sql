-- DO NOT COPY. This is the migration that goes wrong, and it is in the sample to show what Offpeak does about it.
--
-- Leads need an id that may appear in a link. It looks harmless and passes on a small staging database, but:
--   1. gen_random_uuid() is volatile, so ADD COLUMN rewrites the whole table and all its indexes under ACCESS EXCLUSIVE:
--      nobody reads or writes a lead meanwhile.
--   2. The UPDATE runs in the same transaction, so the lock is kept until half of the rows have been written a second time.
-- Written for production it would be: ADD COLUMN without a default; SET DEFAULT for new rows; a backfill in batches;
-- CHECK (public_id IS NOT NULL) NOT VALID; VALIDATE; SET NOT NULL; the unique index CONCURRENTLY. Each on its own.
ALTER TABLE leads ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();

-- The older half gets an id that can be computed again from its key, for the links in mails already sent.
UPDATE leads SET public_id = md5('acme-lead:' || tenant_id || ':' || id)::uuid WHERE id <= (SELECT max(id) / 2 FROM leads);
