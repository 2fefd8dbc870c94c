import { escapeIdentifier } from 'pg';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { requestRestore } from '../../src/usecases/restore.ts';
import { workAndDie } from '../support/mortal.ts';
import { by } from '../support/plans.ts';
import { onDatabase, sql, superuserUrl } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';

let site: Site;
let worker: { stop(): Promise<void> } | null = null;

beforeEach(async () => {
  site = await startSite({ files: FILES, schema: SCHEMA, observe: '1s' });
});

afterEach(async () => {
  await worker?.stop();
  worker = null;
  await sql(superuserUrl(), `drop database if exists ${escapeIdentifier(`${site.target.name}_before_r1`)} with (force)`);
  await sql(superuserUrl(), `drop database if exists ${escapeIdentifier(`${site.target.name}_offpeak_r1`)} with (force)`);
  await site.stop();
});

/** A run that is over, and five leads that were written after it. */
async function completed(): Promise<Run> {
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  worker = startWorker(site.services);
  const ended = await reach(site, run, ['completed', 'holding', 'failed']);
  expect(ended).toMatchObject({ state: 'completed' });
  await sql(site.target.url, "insert into leads (email, touched) select 'late' || n, 1 from generate_series(1, 5) n");
  return ended;
}

async function assessed(run: Run): Promise<Run> {
  return await until(
    async () => {
      const now = await site.services.ledger.load(run.id);
      return now?.problemReport?.failures == null ? null : now;
    },
    { what: 'the checks of the report' },
  );
}

/** Asked for by whoever is on call, with the name typed. */
async function asks(run: Run): Promise<Run> {
  const outcome = await requestRestore(site.services, { run, backupId: null, database: site.target.name, actor: by('ana') });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.run;
}

async function expectRestored(run: Run): Promise<void> {
  const { url, name } = site.target;
  expect(run.switched?.kept).toBe(`${name}_before_r1`);
  expect(await sql(url, 'select count(*)::int as leads, max(touched) as touched from leads')).toEqual([{ leads: 3_000, touched: 0 }]);
  expect(await sql(url, "select to_regclass('effects')::text as effects")).toEqual([{ effects: null }]);
  expect(await site.services.targets.get('production')?.target.applied()).toEqual([]);
  const kept = onDatabase(superuserUrl(), `${name}_before_r1`);
  expect(await sql(kept, "select count(*)::int as late from leads where email like 'late%'")).toEqual([{ late: 5 }]);
  expect(await site.services.ledger.verify()).toMatchObject({ ok: true });
}

describe('R81–R86 from "there is a problem" to the restored database', () => {
  it(
    'a finished run is opened again, checked, and taken back by two people; the database of before is kept',
    { timeout: 120_000 },
    async () => {
      const run = await completed();
      const held = await assessed(await tell(site, run, 'ana', { type: 'report_problem', words: 'Leads are missing from the list.' }));
      expect(held).toMatchObject({
        state: 'holding',
        holding: { reason: 'problem_reported', from: 'observing' },
        problemReport: { failures: [] },
      });
      const asked = await asks(held);
      expect(asked.restore?.offer.writes.rows?.inserted).toBeGreaterThanOrEqual(5);
      const agreed = await tell(site, asked, 'kim', { type: 'approve_restore', backupId: run.backup?.id ?? '' });
      const ended = await reach(site, agreed, ['restored', 'holding']);
      expect(ended).toMatchObject({ state: 'restored' });
      expect(ended.end?.detail).toMatch(/its schema equals the one from before the run; the application is healthy/);
      await expectRestored(ended);
      const closed = await tell(site, ended, 'nora', { type: 'record_lessons', lessons: 'Count the leads before and after.' });
      expect(closed.lessons?.text).toContain('Count the leads');
    },
  );

  it(
    'F19 a damaged backup leaves everything as it was and the run holds; mended, it is asked for again',
    { timeout: 120_000 },
    async () => {
      const run = await completed();
      const held = await assessed(await tell(site, run, 'ana', { type: 'report_problem', words: 'Leads are missing.' }));
      const path = run.backup?.path ?? '';
      const whole = await readFile(path);
      const damaged = Buffer.from(whole);
      damaged[whole.length - 30] = (damaged[whole.length - 30] ?? 0) ^ 1;
      await writeFile(path, damaged);
      const agree = async (asked: Run) => tell(site, asked, 'kim', { type: 'approve_restore', backupId: run.backup?.id ?? '' });
      const failed = await reach(site, await agree(await asks(held)), ['holding', 'restored']);
      expect(failed).toMatchObject({ state: 'holding', holding: { reason: 'restore_failed', from: 'observing' } });
      expect(failed.holding?.detail).toContain('SHA-256 differs');
      expect(await sql(site.target.url, 'select count(*)::int as leads from leads')).toEqual([{ leads: 3_005 }]);
      await writeFile(path, whole);
      await expectRestored(await reach(site, await agree(await asks(failed)), ['restored']));
    },
  );

  it('R85 a restore that cannot be is refused with the reason, and nobody is asked to agree', { timeout: 120_000 }, async () => {
    const run = await completed();
    const request = { run, backupId: null as string | null, database: site.target.name, actor: by('ana') };
    const refused = async (changes: Partial<typeof request> & { backupId?: string | null }) => {
      const outcome = await requestRestore(site.services, { ...request, ...changes });
      return outcome.ok ? 'asked' : outcome.refusal;
    };
    expect(await refused({ database: 'production' })).toEqual({ code: 'wrong_database', database: site.target.name });
    expect(await refused({ backupId: 'nobody' })).toEqual({ code: 'unknown_backup', backup: 'nobody' });
    expect(await refused({ actor: by('nora') })).toMatchObject({ code: 'not_permitted' });
    await sql(superuserUrl(), `create database ${escapeIdentifier(`${site.target.name}_before_r1`)}`);
    expect(await refused({})).toMatchObject({ code: 'restore_impossible', detail: expect.stringContaining('is there already') });
    expect((await site.services.ledger.load(run.id))?.restore).toBeNull();
  });
});

describe('F2 F3 kill -9 of the worker in a restore, then another one takes over', () => {
  it.each(['after-report', 'before-report'] as const)(
    'every worker dies %s of its stage: the run is restored once, and the old database is kept',
    { timeout: 180_000 },
    async (when) => {
      const run = await completed();
      await worker?.stop();
      worker = null;
      const held = await tell(site, run, 'ana', { type: 'report_problem', words: 'Leads are missing.' });
      await tell(site, await asks(held), 'kim', { type: 'approve_restore', backupId: run.backup?.id ?? '' });
      // Before: it has done what it does not live to tell. Every other one tells the stage before it and does the next.
      let deaths = 0;
      while (deaths < 12 && (await workAndDie(site, run, { when, at: when === 'after-report' ? 1 : 1 + (deaths % 2) }))) deaths += 1;
      expect(deaths).toBeGreaterThanOrEqual(3);
      worker = startWorker(site.services, 'successor');
      await expectRestored(await reach(site, run, ['restored']));
    },
  );
});
