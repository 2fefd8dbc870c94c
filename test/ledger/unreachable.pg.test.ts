import { describe, expect, test } from 'vitest';
import { postgresLedger } from '../../src/ledger/postgres-ledger.ts';
import { aPlan, by, PEOPLE, plannedDigest } from '../support/runs.ts';
import { connect, sql, testDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aLedger, played } from './a-ledger.ts';

const SECRET = 'correct-horse';
const RUN = '00000000-0000-4000-8000-000000000042';

async function trouble(work: Promise<unknown>): Promise<Error> {
  return await work.then(
    () => new Error('There was no error'),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}

/** Everything a log would print of an error. */
function printed(error: Error): string {
  return `${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${String(error.cause)}`;
}

describe('a ledger that cannot be reached (F13)', () => {
  test.each([
    ['a closed port', `postgresql://bot:${SECRET}@127.0.0.1:1/ledger`, 'nothing accepts connections at its address'],
    ['no socket', `postgresql://bot:${SECRET}@localhost/ledger?host=/nowhere`, 'there is no server socket at its address'],
    ['an address that is none', `postgresql://bot:${SECRET}@[::bad/ledger`, 'its address in the configuration is not a valid one'],
  ])('says so for %s, that nothing was changed, and not the connection string', async (_, connectionString, why) => {
    const ledger = postgresLedger({ connectionString, people: () => PEOPLE });
    const plan = aPlan();
    const asked = [
      ledger.now(),
      ledger.load(RUN),
      ledger.create({ target: 'acme', plan, digest: plannedDigest(plan), actor: by('nora') }),
      ledger.execute(RUN, { type: 'roll_back' }, by('ana')),
      ledger.claim('w1', 1000, ['acme']),
      ledger.verify(),
    ];
    for (const error of await Promise.all(asked.map(trouble))) {
      expect(error.message).toBe(`The ledger cannot be reached: ${why}. Nothing was changed.`);
      expect(printed(error)).not.toContain(SECRET);
    }
    await ledger.close();
  });

  test('says so when the database is not there, or has no schema', async () => {
    const database = await testDatabase();
    const ledger = postgresLedger({ connectionString: database.url, people: () => PEOPLE });
    expect((await trouble(ledger.load(RUN))).message).toBe(
      'The ledger has no schema, or an older one: apply its migrations first. Nothing was changed.',
    );
    await ledger.close();
    await database.drop();
    const gone = postgresLedger({ connectionString: database.url, people: () => PEOPLE });
    expect((await trouble(gone.now())).message).toContain('there is no such database on the server. Nothing was changed.');
    await gone.close();
  });

  test('lets the program start: listening answers, and closes, without a server', async () => {
    const ledger = postgresLedger({ connectionString: `postgresql://bot:${SECRET}@127.0.0.1:1/ledger`, people: () => PEOPLE });
    const feed = await ledger.listen(() => {});
    await feed.close();
    await ledger.close();
  });

  test('changes nothing when its connection is cut in the middle of a command, and serves the next one', async () => {
    const on = await aLedger();
    const { run } = await played(on, 'checklist');
    const chain = await connect(on.url);
    await chain.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('offpeak.event', 0))");
    const command = { type: 'confirm_item', item: 'staging', note: 'Looked at it.' } as const;
    const waiting = trouble(on.ledger.execute(run.id, command, by('nora')));
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
    await until(async () => (await sql(on.url, cut)).length === 1, { what: 'the command to wait for the chain' });
    expect((await waiting).message).toMatch(/^The ledger cannot be reached: .*\. Nothing was changed\.$/);
    await chain.end();

    expect(await on.another().load(run.id)).toEqual(run);
    expect(await on.ledger.execute(run.id, command, by('nora'))).toMatchObject({ ok: true, run: { version: run.version + 1 } });
    await on.drop();
  });

  test('is what a closed ledger says, and closing twice is no mistake', async () => {
    const on = await aLedger();
    await on.ledger.now();
    await on.ledger.close();
    await on.ledger.close();
    expect((await trouble(on.ledger.now())).message).toBe(
      'The ledger cannot be reached: this process has closed it already. Nothing was changed.',
    );
    await on.drop();
  });

  test('refuses to guess when the connection breaks while a change is being saved', async () => {
    const on = await aLedger();
    const { run } = await played(on, 'checklist');
    // A deferred trigger runs inside COMMIT and ends its own session: the answer is lost for good.
    await sql(
      on.url,
      `CREATE FUNCTION offpeak.cut() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
       CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON offpeak.event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION offpeak.cut()`,
    );
    const error = await trouble(on.ledger.execute(run.id, { type: 'cancel' }, by('nora')));
    expect(error.message).toMatch(
      /^The ledger cannot be reached: .*it is not known whether it was: look at the run before you repeat it\.$/,
    );
    expect(error.message).not.toContain('Nothing was changed');
    await sql(on.url, 'DROP TRIGGER cut ON offpeak.event');
    expect(await on.ledger.load(run.id)).toEqual(run);
    await on.drop();
  });
});
