-- Logged-in browsers. Only the hash of a token is kept, so a leaked backup opens no session.
CREATE TABLE sessions (
  token_hash bytea       PRIMARY KEY,
  user_id    bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT sessions_end_after_start CHECK (expires_at > created_at)
);

CREATE INDEX sessions_user_id_idx ON sessions (user_id);

COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the bearer token.';
