-- Deterministic sample data. acme.scale (1 = production size) and acme.password_hash are set by the session that runs this.
-- Everything is computed from the row number: two seeded databases of one scale are equal but for identity and time defaults.

-- Halves the time: no foreign key is looked up row by row. The numbers below keep them, and a test counts orphans.
SET session_replication_role = replica;

-- 200 tenants
INSERT INTO tenants (slug, name, plan, created_at)
SELECT 'tenant-' || n,
       (ARRAY['Northwind', 'Globex', 'Initech', 'Umbra', 'Hooli', 'Stark', 'Wonka', 'Tyrell'])[1 + n % 8] || ' ' || n,
       (ARRAY['free', 'team', 'business'])[1 + n % 3]::tenant_plan,
       timestamptz '2023-01-01 00:00Z' + n * interval '1 day'
FROM generate_series(1, ceil(200 * current_setting('acme.scale')::numeric)::int) AS n;

-- 2,000 users, spread evenly
INSERT INTO users (tenant_id, email, password_hash, display_name, created_at)
SELECT 1 + n % ceil(200 * current_setting('acme.scale')::numeric)::int,
       'user' || n || '@acme.example',
       current_setting('acme.password_hash'),
       (ARRAY['Ada', 'Grace', 'Linus', 'Edsger', 'Barbara', 'Donald', 'Radia', 'Ken'])[1 + n % 8] || ' ' || n,
       timestamptz '2023-06-01 00:00Z' + n * interval '3 hours'
FROM generate_series(1, ceil(2000 * current_setting('acme.scale')::numeric)::int) AS n;

-- 4,000 sessions, all ended
INSERT INTO sessions (token_hash, user_id, created_at, expires_at)
SELECT sha256(('ended-session-' || n)::bytea),
       1 + n % ceil(2000 * current_setting('acme.scale')::numeric)::int,
       timestamptz '2024-06-01 00:00Z' + n * interval '1 hour',
       timestamptz '2024-06-08 00:00Z' + n * interval '1 hour'
FROM generate_series(1, ceil(4000 * current_setting('acme.scale')::numeric)::int) AS n;

-- 240,000 leads
INSERT INTO leads (tenant_id, email, full_name, source, status, score, notes, created_at, updated_at)
SELECT 1 + (n * 7919::bigint) % ceil(200 * current_setting('acme.scale')::numeric)::int,
       'Lead.' || n || '@' || (ARRAY['Example.com', 'example.org', 'Mail.example.net', 'shop.example'])[1 + n % 4],
       (ARRAY['Mia', 'Noah', 'Lena', 'Ben', 'Sofia', 'Elias', 'Emma', 'Luca', 'Clara', 'Paul'])[1 + n % 10] || ' ' ||
       (ARRAY['Weber', 'Rossi', 'Dubois', 'Novak', 'Silva', 'Jansen', 'Kowalski'])[1 + n % 7],
       (ARRAY['form', 'import', 'chat', 'event'])[1 + n % 4],
       (ARRAY['new', 'contacted', 'contacted', 'won', 'lost', 'lost', 'lost', 'lost'])[1 + n % 8]::lead_status,
       n % 101,
       'Asked about the ' || (ARRAY['starter', 'team', 'business'])[1 + n % 3] || ' plan on day ' || n % 365 || '; wants a call back.',
       timestamptz '2024-01-01 00:00Z' + n * interval '3 minutes',
       timestamptz '2024-01-01 00:00Z' + n * interval '3 minutes'
FROM generate_series(1, ceil(240000 * current_setting('acme.scale')::numeric)::int) AS n;

-- Every fourth lead has a recorded capture
INSERT INTO lead_events (tenant_id, lead_id, kind, details, at)
SELECT tenant_id, id, 'captured', jsonb_build_object('source', source), created_at
FROM leads
WHERE id % 4 = 0;

RESET session_replication_role;
