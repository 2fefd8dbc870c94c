-- A row is a failure.
SELECT 'events can be changed: the trigger event_is_append_only is missing or not ALWAYS' AS problem
WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_trigger
  WHERE tgrelid = 'offpeak.event'::regclass AND tgname = 'event_is_append_only' AND tgenabled = 'A'
);

SELECT 'two runs of one target can be active: the index run_one_active_per_target is missing or invalid' AS problem
WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_index
  WHERE indexrelid = to_regclass('offpeak.run_one_active_per_target') AND indisunique AND indisvalid AND indpred IS NOT NULL
);

SELECT run.number AS run_without_its_events, run.version AS says, count(event.seq) AS has
FROM offpeak.run LEFT JOIN offpeak.event ON event.run_id = run.id
GROUP BY run.id
HAVING run.version <> count(event.seq);

SELECT position AS position_after_a_gap
FROM (SELECT position, lag(position, 1, 0::bigint) OVER (ORDER BY position) AS before FROM offpeak.event) AS chain
WHERE position <> before + 1;
