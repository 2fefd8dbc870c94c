import { readdir, readFile } from 'node:fs/promises';
import { postgresLedger } from '../../src/ledger/postgres-ledger.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Ledger } from '../../src/ports.ts';
import { PEOPLE, storyTo, type Scene, type Story } from '../support/runs.ts';
import { connect, sql, testDatabase } from '../support/postgres.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);

/** The text of the ledger's own migration files of one kind, in the order in which they run. */
export async function ledgerMigration(kind: 'up' | 'down' | 'validate'): Promise<string> {
  const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(`.${kind}.sql`)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, MIGRATIONS), 'utf8')));
  return (kind === 'down' ? texts.toReversed() : texts).join('\n');
}

export interface TestLedger {
  readonly ledger: Ledger;
  readonly url: string;
  /** The same ledger as another process sees it: connections and memory of its own. */
  readonly another: () => Ledger;
  /** Stops the ledger's clock at a moment; null lets it run again. */
  readonly setClock: (at: Instant | null) => Promise<void>;
  readonly drop: () => Promise<void>;
}

/** A ledger in a database of its own, with the schema applied. */
export async function aLedger(): Promise<TestLedger> {
  const database = await testDatabase();
  await sql(database.url, await ledgerMigration('up'));
  // A session of its own that stays: a story sets the clock at every turn.
  const clockmaker = await connect(database.url);
  const opened: Ledger[] = [];
  const another = () => {
    const ledger = postgresLedger({ connectionString: database.url, people: () => PEOPLE });
    opened.push(ledger);
    return ledger;
  };
  const setClock = async (at: Instant | null) => {
    const body = at === null ? 'SELECT pg_catalog.clock_timestamp()' : `SELECT timestamptz ''${at}''`;
    await clockmaker.query(`CREATE OR REPLACE FUNCTION offpeak.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS '${body}'`);
  };
  const drop = async () => {
    await Promise.all(opened.map((ledger) => ledger.close()));
    await clockmaker.end();
    await database.drop();
  };
  return { ledger: another(), url: database.url, another, setClock, drop };
}

/** Plays a story on the real ledger, at its own times. Throws when the ledger refuses what the domain allowed. */
export async function played(on: TestLedger, scene: Scene, target = 'acme'): Promise<{ readonly run: Run; readonly story: Story }> {
  const story = storyTo(scene);
  await on.setClock(story.planned.at);
  const { plan, digest, actor } = story.planned;
  let outcome = await on.ledger.create({ target, plan, digest, actor });
  for (const turn of story.turns) {
    if (!outcome.ok) break;
    await on.setClock(turn.at);
    outcome = await on.ledger.execute(outcome.run.id, turn.command, turn.actor);
  }
  if (!outcome.ok) throw new Error(`The ledger refused a turn of ${scene}: ${JSON.stringify(outcome.refusal)}`);
  return { run: outcome.run, story };
}
