-- The ledger: runs, everything that happened to them, and the few facts that change too often to be events.
-- It lies in a database of its own, never in one that is being migrated.
-- IF NOT EXISTS: applied by our own engine, the schema is there already, with the engine's history in it.
CREATE SCHEMA IF NOT EXISTS offpeak;

-- ---------------------------------------------------------------- the clock
-- The one clock of the program: windows, deadlines, expiry and the moment of every event are read from this function and from
-- nowhere else, so no two machines can disagree about the time. A playground moves the time by replacing it. Leases are not business
-- time: they ask clock_timestamp(), so that moving the clock takes no run away from its worker.
CREATE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT pg_catalog.clock_timestamp()';

COMMENT ON FUNCTION offpeak.now() IS 'The clock of the program. Nothing else tells the time; leases alone use clock_timestamp().';

-- ---------------------------------------------------------------- runs
-- What must be found or locked without reading the events. Every column but the lease follows from them.
CREATE TABLE offpeak.run (
  id          uuid        PRIMARY KEY,
  number      bigint      NOT NULL UNIQUE,
  target      text        NOT NULL,
  state       text        NOT NULL,
  active      boolean     NOT NULL,
  version     integer     NOT NULL,
  head        text        NOT NULL,
  at_once     boolean     NOT NULL DEFAULT false,
  due_at      timestamptz,
  lease_owner text,
  lease_until timestamptz,
  epoch       bigint      NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL,
  CONSTRAINT run_lease_is_whole CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);

CREATE UNIQUE INDEX run_one_active_per_target ON offpeak.run (target) WHERE active;
CREATE INDEX run_newest_of_target ON offpeak.run (target, number DESC);

COMMENT ON TABLE offpeak.run IS 'One execution of one plan. Derived from the events, except for the lease.';
COMMENT ON COLUMN offpeak.run.active IS 'The run occupies its target: one at a time.';
COMMENT ON COLUMN offpeak.run.version IS 'How many events it has.';
COMMENT ON COLUMN offpeak.run.head IS 'Hash of its last event.';
COMMENT ON COLUMN offpeak.run.at_once IS 'A worker is wanted now; holds also when the clock is set back behind due_at.';
COMMENT ON COLUMN offpeak.run.due_at IS 'When a worker is wanted; null while it waits for a person.';
COMMENT ON COLUMN offpeak.run.epoch IS 'Counts the leases; only the newest may write.';

-- ---------------------------------------------------------------- events
CREATE TABLE offpeak.event (
  position  bigint      PRIMARY KEY,
  run_id    uuid        NOT NULL REFERENCES offpeak.run (id),
  seq       integer     NOT NULL,
  type      text        NOT NULL,
  at        timestamptz NOT NULL,
  actor     text        NOT NULL,
  body      text        NOT NULL,
  prev_hash text        NOT NULL,
  hash      text        NOT NULL,
  UNIQUE (run_id, seq)
);

COMMENT ON TABLE offpeak.event IS 'Everything that happened, append-only. hash = sha256(prev_hash || body), so that no row can be changed unnoticed.';
COMMENT ON COLUMN offpeak.event.position IS 'Order over all runs, without gaps. Its order counts, not "at": a clock may be set back.';
COMMENT ON COLUMN offpeak.event.body IS 'The text that was hashed: canonical JSON. The columns beside it are copies for people who read with SQL.';

CREATE FUNCTION offpeak.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Events are only ever added: % of offpeak.event is refused.', TG_OP
    USING ERRCODE = 'insufficient_privilege', HINT = 'A correction is a new event.';
END
$$;

-- A trigger and not a missing privilege: it binds the owner of the table and superusers too, and (ALWAYS) replicating sessions.
CREATE TRIGGER event_is_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON offpeak.event
  FOR EACH STATEMENT EXECUTE FUNCTION offpeak.refuse_change();
ALTER TABLE offpeak.event ENABLE ALWAYS TRIGGER event_is_append_only;

-- ---------------------------------------------------------------- facts that are no events
CREATE TABLE offpeak.sample (
  id     bigint           GENERATED ALWAYS AS IDENTITY,
  run_id uuid             NOT NULL REFERENCES offpeak.run (id),
  metric text             NOT NULL,
  at     timestamptz      NOT NULL,
  value  double precision,
  detail text             NOT NULL,
  -- Also the way to the newest of a metric. An index on id alone would tempt the planner to read all samples from the end.
  PRIMARY KEY (run_id, metric, id)
);

CREATE INDEX sample_at ON offpeak.sample (at);

COMMENT ON TABLE offpeak.sample IS 'Readings of the monitor, kept for two hours. A null value is one that could not be read.';

CREATE TABLE offpeak.progress (
  run_id     uuid        PRIMARY KEY REFERENCES offpeak.run (id),
  position   integer     NOT NULL,
  done_rows  bigint      NOT NULL,
  total_rows bigint      NOT NULL,
  at         timestamptz NOT NULL
);

COMMENT ON TABLE offpeak.progress IS 'How far the backfill of a run is; the target itself knows where it goes on.';

CREATE TABLE offpeak.message (
  run_id    uuid        NOT NULL REFERENCES offpeak.run (id),
  key       text        NOT NULL,
  channel   text        NOT NULL,
  ts        text        NOT NULL,
  hash      text        NOT NULL,
  posted_at timestamptz NOT NULL,
  PRIMARY KEY (run_id, key),
  UNIQUE (channel, ts)
);

COMMENT ON TABLE offpeak.message IS 'Where the rendered messages of a run stand in Slack, and what they showed last.';

CREATE TABLE offpeak.process (
  name    text        PRIMARY KEY,
  role    text        NOT NULL CHECK (role IN ('bot', 'worker')),
  pid     integer     NOT NULL,
  version text        NOT NULL,
  seen_at timestamptz NOT NULL
);

COMMENT ON TABLE offpeak.process IS 'Bot and worker processes, as they last said they live.';
