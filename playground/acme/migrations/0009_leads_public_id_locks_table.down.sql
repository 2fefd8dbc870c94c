-- Short lock, metadata only. Ids already given out are lost.
ALTER TABLE leads DROP COLUMN public_id;
