import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { until } from '../support/until.ts';

const SCHEMA = 'CREATE TABLE steps (number int NOT NULL); CREATE TABLE busy ();';

const FILES = {
  '0001_halves.up.sql':
    'DO $$ BEGIN\n  INSERT INTO steps VALUES (1);\n  COMMIT;\n  LOCK TABLE busy IN ACCESS EXCLUSIVE MODE;\n  INSERT INTO steps VALUES (2);\n  COMMIT;\nEND $$;\n',
  '0001_halves.down.sql': 'DELETE FROM steps;\n',
};

describe('a statement that committed a part and failed', () => {
  let site: Site;
  let worker: { stop(): Promise<void> } | null = null;

  beforeEach(async () => {
    site = await startSite({ files: FILES, schema: SCHEMA });
  });

  afterEach(async () => {
    await worker?.stop();
    worker = null;
    await site.stop();
  });

  it('holds, is never repeated by itself, and goes on once somebody completed it and said so', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    const holder = await connect(site.target.url, { application_name: 'report job' });
    await holder.query('BEGIN; SELECT FROM busy');
    worker = startWorker(site.services);
    const failed = await reach(site, run, ['holding']);
    expect(failed.holding).toMatchObject({
      reason: 'statement_failed',
      detail: expect.stringMatching(/report job.*what it committed before the error stays/s),
    });
    await holder.end();

    await tell(site, run, 'olga', { type: 'resume' });
    const unknown = await until(
      async () => {
        const now = await site.services.ledger.load(run.id);
        return now?.holding?.detail.includes('It cannot be known') === true ? now : null;
      },
      { what: 'the second hold', deadlineMs: 40_000 },
    );
    expect(await sql(site.target.url, 'SELECT number FROM steps')).toEqual([{ number: 1 }]);

    const complete = /UPDATE offpeak\.marker [^;]+/.exec(unknown.holding?.detail ?? '')?.[0] ?? '';
    await sql(site.target.url, `INSERT INTO steps VALUES (2); ${complete}`);
    await tell(site, run, 'olga', { type: 'resume' });
    const ended = await reach(site, run, ['observing', 'completed', 'holding', 'failed']);
    expect(['observing', 'completed']).toContain(ended.state);
    expect(await sql(site.target.url, 'SELECT number FROM steps ORDER BY 1')).toEqual([{ number: 1 }, { number: 2 }]);
    expect(await sql(site.target.url, 'SELECT version FROM offpeak.history')).toEqual([{ version: '0001' }]);
  });
});
