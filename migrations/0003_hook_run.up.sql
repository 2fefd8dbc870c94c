-- Hooks that people ask for by name: who asked, who runs it, and what it said. A worker runs them, never a process that answers Slack.
CREATE TABLE offpeak.hook_run (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target      text        NOT NULL,
  hook        text        NOT NULL,
  asked_by    text        NOT NULL,
  asked_at    timestamptz NOT NULL,
  lease_until timestamptz NOT NULL,
  runner      text,
  begun_at    timestamptz,
  ended_at    timestamptz,
  exit_code   integer,
  ms          integer,
  output      text,
  why         text,
  CONSTRAINT hook_run_result_is_whole CHECK ((ended_at IS NULL) = (exit_code IS NULL AND why IS NULL))
);

CREATE INDEX hook_run_newest ON offpeak.hook_run (target, hook, id DESC);

COMMENT ON TABLE offpeak.hook_run IS 'Hooks that people asked for by name. Nothing runs twice: whoever takes one ends it, or nobody does.';
COMMENT ON COLUMN offpeak.hook_run.asked_by IS 'Slack user id.';
COMMENT ON COLUMN offpeak.hook_run.lease_until IS 'Until then it may be taken; what nobody took is not run hours later.';
COMMENT ON COLUMN offpeak.hook_run.why IS 'Why there is no result: not started, out of time, ended by a signal.';
