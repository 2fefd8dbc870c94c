-- Loses nothing: the column is derived from email.
DROP TRIGGER leads_set_email_domain ON leads;
DROP FUNCTION leads_set_email_domain();
ALTER TABLE leads DROP COLUMN email_domain;
