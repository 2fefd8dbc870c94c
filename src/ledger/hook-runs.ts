import type { HookRun, HookRunStore } from '../ports.ts';
import type { Connection } from './connection.ts';

const ASK = `
  INSERT INTO offpeak.hook_run (target, hook, asked_by, asked_at, lease_until, runner, begun_at)
  SELECT $1, $2, $3, offpeak.now(), lease_until, $5::text, CASE WHEN $5::text IS NOT NULL THEN offpeak.now() END FROM (SELECT clock_timestamp() + $4 * interval '1 millisecond') AS lease (lease_until)
  RETURNING id`;

const COLUMNS = `id, target, hook, asked_by AS "askedBy", asked_at AS "askedAt", runner, ended_at AS "endedAt",
  exit_code AS "exitCode", ms, output, why`;

/** SKIP LOCKED: one that another worker is just taking is that worker's. */
const TAKE = `
  UPDATE offpeak.hook_run SET runner = $1, begun_at = offpeak.now()
  WHERE id = (
    SELECT id FROM offpeak.hook_run
    WHERE runner IS NULL AND lease_until > clock_timestamp() AND target = ANY ($2::text[])
    ORDER BY id LIMIT 1
    FOR UPDATE SKIP LOCKED
  )
  RETURNING ${COLUMNS}`;

const END = `
  UPDATE offpeak.hook_run SET ended_at = offpeak.now(), exit_code = $3, ms = $4, output = $5, why = $6
  WHERE id = $1 AND runner = $2 AND ended_at IS NULL`;

const ONE = `SELECT ${COLUMNS} FROM offpeak.hook_run WHERE id = $1`;
const NEWEST = `SELECT DISTINCT ON (hook) ${COLUMNS} FROM offpeak.hook_run WHERE target = $1 ORDER BY hook, id DESC`;

type Row = Omit<HookRun, 'result'> & {
  readonly exitCode: number | null;
  readonly ms: number | null;
  readonly output: string | null;
  readonly why: string | null;
};

/** Hooks that people asked for by name: asked in one process, run in another. */
export function hookRunStore(connection: Connection): HookRunStore {
  return {
    askHook: async ({ target, hook, by, waitMs, runner }) => {
      const [row] = await connection.rows<{ id: number }>(ASK, [target, hook, by, waitMs, runner ?? null]);
      return row?.id ?? 0;
    },
    takeHook: async (runner, targets) => {
      const [row] = await connection.rows<Row>(TAKE, [runner, targets]);
      return row === undefined ? null : read(row);
    },
    endHook: async (id, runner, result) => {
      const value = result.ok ? result.value : null;
      const why = result.ok ? null : result.why;
      await connection.rows(END, [id, runner, value?.exitCode ?? null, value?.ms ?? null, value?.output ?? null, why]);
    },
    hookRun: async (id) => {
      const [row] = await connection.rows<Row>(ONE, [id]);
      return row === undefined ? null : read(row);
    },
    hookRuns: async (target) => (await connection.rows<Row>(NEWEST, [target])).map(read),
  };
}

function read({ exitCode, ms, output, why, ...row }: Row): HookRun {
  const source = `hook ${row.hook}`;
  if (exitCode !== null) return { ...row, result: { ok: true, source, value: { exitCode, ms: ms ?? 0, output: output ?? '' } } };
  return { ...row, result: why === null ? null : { ok: false, source, why } };
}
