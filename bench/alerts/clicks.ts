import { Client } from 'pg';
import { startPostgres } from '../../playground/postgres/server.ts';
import { prepareLedger } from '../../src/app.ts';
import type { Actor } from '../../src/domain/people.ts';
import { postgresLedger } from '../../src/ledger/postgres-ledger.ts';
import type { Ledger } from '../../src/ports.ts';
import { act } from '../../src/usecases/act.ts';
import { by, PEOPLE } from '../../test/support/plans.ts';
import { storyTo } from '../../test/support/runs.ts';

/** What became of one round: how many clicks were carried out, what the others were told, and how long each waited. */
export type Round = {
  readonly effects: number;
  readonly refusals: readonly string[];
  /** From the click to its answer, in milliseconds. */
  readonly ms: readonly number[];
};

const DOORS = ['slack', 'terminal', 'http'] as const;

/** Four people with the right to roll back, pressing fifty times between them, at every door. */
export const PRESSERS: readonly Actor[] = Array.from({ length: 50 }, (_, index) => {
  const name = (['nora', 'ana', 'sam', 'olga'] as const)[index % 4] ?? 'ana';
  return { ...by(name), via: DOORS[index % 3] ?? 'slack' };
});

/** All of them press Roll back on the same run in the same moment, spread over these processes' ledgers. */
export async function pressTogether(ledgers: readonly Ledger[], runId: string, actors: readonly Actor[]): Promise<Round> {
  const clicks = actors.map(async (actor, index) => {
    const ledger = ledgers[index % ledgers.length];
    if (ledger === undefined) throw new Error('A round needs a ledger.');
    const began = performance.now();
    const outcome = await act({ ledger }, { which: { runId }, command: { type: 'roll_back' }, actor });
    return { ms: performance.now() - began, refusal: outcome.ok ? null : outcome.refusal.code };
  });
  const told = await Promise.all(clicks);
  return {
    effects: told.filter(({ refusal }) => refusal === null).length,
    refusals: told.flatMap(({ refusal }) => (refusal === null ? [] : [refusal])),
    ms: told.map(({ ms }) => ms),
  };
}

/** Rounds of fifty simultaneous clicks on a real ledger, each on a run of its own that migrates. */
export async function manyRounds(count: number, progress: (done: number) => void): Promise<readonly Round[]> {
  const server = await startPostgres({ settings: { max_connections: '200' } });
  const url = server.superuserUrl;
  const ledgers: Ledger[] = [];
  const clock = new Client({ connectionString: url });
  try {
    await prepareLedger(url);
    await clock.connect();
    await clock.query('CREATE TABLE story_clock (at timestamptz NOT NULL); INSERT INTO story_clock VALUES (now())');
    await clock.query(
      `CREATE OR REPLACE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT at FROM public.story_clock'`,
    );
    for (let each = 0; each < 3; each += 1) ledgers.push(postgresLedger({ connectionString: url, people: () => PEOPLE }));
    const rounds: Round[] = [];
    for (let round = 0; round < count; round += 1) {
      const runId = await migrating(ledgers[0], clock, `acme-${round}`);
      rounds.push(await pressTogether(ledgers, runId, PRESSERS));
      progress(round + 1);
    }
    return rounds;
  } finally {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await clock.end();
    await server.stop();
  }
}

/** The story of a run up to the middle of its statements, told to the ledger at its own times. */
async function migrating(ledger: Ledger | undefined, clock: Client, target: string): Promise<string> {
  const { planned, turns } = storyTo('migrating');
  if (ledger === undefined) throw new Error('A story needs a ledger.');
  const at = (moment: string) => clock.query('UPDATE public.story_clock SET at = $1', [moment]);
  await at(planned.at);
  let outcome = await ledger.create({ target, plan: planned.plan, digest: planned.digest, actor: planned.actor });
  for (const turn of turns) {
    if (!outcome.ok) break;
    await at(turn.at);
    outcome = await ledger.execute(outcome.run.id, turn.command, turn.actor);
  }
  if (!outcome.ok) throw new Error(`The ledger refused the story: ${JSON.stringify(outcome.refusal)}`);
  return outcome.run.id;
}
