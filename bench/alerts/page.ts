import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { approveEverything, startNow, startPlayground, textOf, type Playground } from '../../test/support/playground.ts';
import { until } from '../../test/support/until.ts';

/** Milliseconds, one value for each time it was measured. */
export type PageTimes = {
  readonly alertMs: readonly number[];
  readonly harmMs: readonly number[];
  readonly ackMs: readonly number[];
  readonly cancelMs: readonly number[];
  readonly backMs: readonly number[];
};

type Times = { [Name in keyof PageTimes]: number[] };
type Stage = { readonly play: Playground; readonly ledger: Client; readonly target: Client; readonly times: Times };

/** Sessions that wait for one lock: more than the limit of the metric. */
const WAITERS = 7;
const POLL_MS = 4;

/** Boots the playground and plays everything in it; takes some minutes, most of which are backups and proofs. */
export async function onThePage(options: { rollbacks: number; alerts: number; log: (text: string) => void }): Promise<PageTimes> {
  const times: Times = { alertMs: [], harmMs: [], ackMs: [], cancelMs: [], backMs: [] };
  const play = await startPlayground({ observe: '30m' });
  const { places } = play.world;
  const [ledger, target] = [new Client({ connectionString: places.ledger }), new Client({ connectionString: places.production })];
  try {
    await Promise.all([ledger.connect(), target.connect()]);
    await play.clock({ now: '2026-11-24T20:00:00+01:00' });
    const stage = { play, ledger, target, times };
    for (let round = 1; round <= options.rollbacks; round += 1) {
      await rolledBack(stage);
      options.log(`rollback ${round} of ${options.rollbacks}: ${lastOf(times)}`);
    }
    if (options.alerts > 0) await flapped(stage, options);
    return times;
  } finally {
    await Promise.all([ledger.end(), target.end()]);
    await play.stop();
  }
}

/** What was measured last, so that a long bench that fails has said something. */
function lastOf(times: Times): string {
  return Object.entries(times)
    .map(([name, values]) => `${name.replace('Ms', '')} ${values.at(-1)?.toFixed(0) ?? '-'} ms`)
    .join(', ');
}

/** One run, rolled back from its alert while the heavy statement holds its lock. */
async function rolledBack(stage: Stage): Promise<void> {
  const { play, times } = stage;
  await approveEverything(play);
  await startNow(play);
  await seen(stage, /^Alert on run/);
  const pid = await busyBackend(stage);
  const gone = pid === null ? null : ended(stage, pid);
  const answer = await play.press('maya', 'Roll back now', ({ text }) => text.startsWith('Alert on run'));
  // The button was looked for first; the local Slack says how long ago it was pressed.
  const clicked = performance.now() - answer.ms;
  times.ackMs.push(answer.ms);
  const cancelledMs = gone === null ? -1 : (await gone) - clicked;
  // A statement that was done before the click was not cancelled by it.
  if (cancelledMs > 0) times.cancelMs.push(cancelledMs);
  await play.cardSays(/Rolled back/, 120_000);
  times.backMs.push(performance.now() - clicked);
}

/** The session in which a statement of ours runs on the target; null when there is none at the moment. */
async function busyBackend({ target }: Stage): Promise<number | null> {
  const { rows } = await target.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'offpeak%' AND state = 'active' AND query ~* 'alter table|create .*index|update leads' ORDER BY query_start LIMIT 1`,
  );
  return rows[0]?.pid ?? null;
}

/** When that statement does not run any more. */
async function ended({ target }: Stage, pid: number): Promise<number> {
  for (;;) {
    const { rows } = await target.query(`SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active'`, [pid]);
    if (rows.length === 0) return performance.now();
    await pause(POLL_MS);
  }
}

/** One run that is observed, whose lock waits are over their limit again and again. */
async function flapped(stage: Stage, { alerts, log }: { alerts: number; log: (text: string) => void }): Promise<void> {
  const { play, times } = stage;
  await approveEverything(play);
  await startNow(play);
  await play.cardSays(/Observing/, 300_000);
  await until(async () => (await standing(stage)) === 0, { what: 'the alerts of the migration to clear', deadlineMs: 60_000 });
  for (let time = 1; time <= alerts; time += 1) {
    const harmed = performance.now();
    const queue = await waitingSessions(play.world.places.production);
    await seen(stage, /^Alert on run.*Lock waits/);
    times.harmMs.push(performance.now() - harmed);
    await queue.release();
    await until(async () => (await standing(stage)) === 0, { what: 'the alert to clear', deadlineMs: 60_000, everyMs: 100 });
    // A person does not read faster, and Slack's budget of edits is for a minute.
    await pause(2_000);
    log(`alert ${time} of ${alerts}: ${lastOf(times)}`);
  }
}

const EVENT = `
  SELECT type, (extract(epoch FROM offpeak.now() - at) * 1000)::float8 AS ago
  FROM offpeak.event WHERE type IN ('alert_raised', 'alert_cleared') AND run_id = (SELECT id FROM offpeak.run ORDER BY number DESC LIMIT 1)
  ORDER BY position DESC LIMIT 1`;

/** How many alerts stand: raised more often than cleared, as events tell it. */
async function standing({ ledger }: Stage): Promise<number> {
  const { rows } = await ledger.query<{ raised: number }>(
    `SELECT (count(*) FILTER (WHERE type = 'alert_raised') - count(*) FILTER (WHERE type = 'alert_cleared'))::int AS raised
     FROM offpeak.event WHERE run_id = (SELECT id FROM offpeak.run ORDER BY number DESC LIMIT 1)`,
  );
  return rows[0]?.raised ?? 0;
}

/** Waits for the event, and from there for the message on the page; a poll behind is counted, for it is on the page no sooner. */
async function seen(stage: Stage, pattern: RegExp): Promise<void> {
  const { play, ledger, times } = stage;
  const raised = await until(
    async () => {
      const { rows } = await ledger.query<{ type: string; ago: number }>(EVENT);
      return rows[0]?.type === 'alert_raised' ? { at: performance.now() - rows[0].ago } : undefined;
    },
    { what: 'an alert in the ledger', deadlineMs: 300_000, everyMs: POLL_MS },
  );
  await until(async () => (await play.thread()).some((message) => pattern.test(message.text) || pattern.test(textOf(message))), {
    what: 'the alert on the page',
    deadlineMs: 30_000,
    everyMs: POLL_MS,
  });
  times.alertMs.push(performance.now() - raised.at);
}

/** Sessions that queue behind one lock of nobody's table, until they are released. */
async function waitingSessions(url: string): Promise<{ release(): Promise<void> }> {
  const KEY = 7_777_777;
  const holder = new Client({ connectionString: url, application_name: 'bench holder' });
  await holder.connect();
  await holder.query(`SELECT pg_advisory_lock(${KEY})`);
  const waiters = await Promise.all(
    Array.from({ length: WAITERS }, async () => {
      const client = new Client({ connectionString: url, application_name: 'bench waiter' });
      await client.connect();
      const waiting = client.query(`SELECT pg_advisory_lock_shared(${KEY})`);
      return { client, waiting };
    }),
  );
  return {
    release: async () => {
      await holder.end();
      await Promise.all(waiters.map(({ waiting }) => waiting));
      await Promise.all(waiters.map(({ client }) => client.end()));
    },
  };
}
