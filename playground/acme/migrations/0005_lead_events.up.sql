-- What happened to a lead, append-only. tenant_id is repeated so that isolation needs no join.
CREATE TABLE lead_events (
  id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id bigint      NOT NULL REFERENCES tenants (id),
  lead_id   bigint      NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  kind      text        NOT NULL CHECK (kind IN ('captured', 'status_changed')),
  details   jsonb       NOT NULL DEFAULT '{}',
  at        timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX lead_events_lead_id_idx ON lead_events (lead_id, at);

ALTER TABLE lead_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY lead_events_of_own_tenant ON lead_events
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);
