-- The database keeps updated_at and the history, so that no code path can forget either.
CREATE FUNCTION leads_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

-- "UPDATE OF": a backfill of some other column is no change of the lead and leaves its date alone.
CREATE TRIGGER leads_touch
  BEFORE UPDATE OF email, full_name, status, score, notes ON leads
  FOR EACH ROW EXECUTE FUNCTION leads_touch();

CREATE FUNCTION leads_record_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO lead_events (tenant_id, lead_id, kind, details)
  VALUES (NEW.tenant_id, NEW.id, 'status_changed', jsonb_build_object('from', OLD.status, 'to', NEW.status));
  RETURN NULL;
END
$$;

CREATE TRIGGER leads_record_status
  AFTER UPDATE OF status ON leads
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION leads_record_status();

COMMENT ON FUNCTION leads_touch() IS 'Sets leads.updated_at.';
