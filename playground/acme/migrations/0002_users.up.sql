-- People who log in. An address belongs to one person in one tenant, whatever its capitals.
CREATE TABLE users (
  id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id     bigint      NOT NULL REFERENCES tenants (id),
  email         text        NOT NULL CHECK (email LIKE '%_@_%'),
  password_hash text        NOT NULL,
  display_name  text        NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_tenant_id_idx ON users (tenant_id);

COMMENT ON COLUMN users.password_hash IS 'scrypt, as scrypt$salt$hash in hex; never the password.';
