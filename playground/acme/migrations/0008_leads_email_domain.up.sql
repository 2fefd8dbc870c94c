-- Reports group leads by company, which is what stands behind the @. A nullable column without a default is metadata only.
ALTER TABLE leads ADD COLUMN email_domain text;

-- First the new rows, then the old ones: in the other order the leads captured meanwhile would be missed.
CREATE FUNCTION leads_set_email_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.email_domain := lower(split_part(NEW.email, '@', 2));
  RETURN NEW;
END
$$;

CREATE TRIGGER leads_set_email_domain
  BEFORE INSERT OR UPDATE OF email ON leads
  FOR EACH ROW EXECUTE FUNCTION leads_set_email_domain();

-- In small batches by key, each its own transaction, so that no row stays locked for long. Safe to repeat: it takes what is still NULL.
-- offpeak: backfill table=leads key=id
UPDATE leads SET email_domain = lower(split_part(email, '@', 2)) WHERE email_domain IS NULL;
