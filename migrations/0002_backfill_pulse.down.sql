ALTER TABLE offpeak.progress DROP COLUMN note, DROP COLUMN rows_per_second;
