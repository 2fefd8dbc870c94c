-- A tenant is one customer company. Every other table hangs from here.
CREATE TYPE tenant_plan AS ENUM ('free', 'team', 'business');

CREATE TABLE tenants (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug       text        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]{2,40}$'),
  name       text        NOT NULL CHECK (name <> ''),
  plan       tenant_plan NOT NULL DEFAULT 'free',
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE tenants IS 'One customer company; the unit of isolation.';
COMMENT ON COLUMN tenants.slug IS 'Public name in URLs and lead forms; never changes.';
