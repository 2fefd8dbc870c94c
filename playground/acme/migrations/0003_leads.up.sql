-- What Acme sells: leads captured by the forms of a tenant. By far the largest and the busiest table.
CREATE TYPE lead_status AS ENUM ('new', 'contacted', 'won', 'lost');

CREATE TABLE leads (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id  bigint      NOT NULL REFERENCES tenants (id),
  email      text        NOT NULL CHECK (email LIKE '%_@_%'),
  full_name  text        NOT NULL,
  source     text        NOT NULL DEFAULT 'form',
  status     lead_status NOT NULL DEFAULT 'new',
  score      integer     NOT NULL DEFAULT 0 CHECK (score BETWEEN 0 AND 100),
  notes      text        NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX leads_tenant_id_idx ON leads (tenant_id);
CREATE INDEX leads_tenant_email_idx ON leads (tenant_id, lower(email));
CREATE INDEX leads_status_idx ON leads (status) WHERE status = 'new';

-- A tenant sees and writes its own leads only, even when a query forgets to say so. The application sets
-- app.tenant_id for each transaction; unset means no tenant, and no rows. The owner, who migrates, is not bound.
ALTER TABLE leads ENABLE ROW LEVEL SECURITY;

CREATE POLICY leads_of_own_tenant ON leads
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);

COMMENT ON TABLE leads IS 'A possible customer of a tenant; isolated by row-level security.';
