-- How fast a backfill goes and why it rests: what the card needs to say when it will be done.
ALTER TABLE offpeak.progress
  ADD COLUMN rows_per_second double precision,
  ADD COLUMN note text NOT NULL DEFAULT '';

COMMENT ON COLUMN offpeak.progress.rows_per_second IS 'Over the last minute; null while it is too early to tell.';
COMMENT ON COLUMN offpeak.progress.note IS 'Why the backfill rests; empty while it does not.';
