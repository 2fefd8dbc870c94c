import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf, millis, type Instant } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import type { ProviderAnswer, ProviderRestore, Services } from '../../src/ports.ts';
import { requestRestore, restoreOffer } from '../../src/usecases/restore.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import { recoverableServer, type RecoverableServer } from '../support/recoverable-server.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';

let server: RecoverableServer;
let site: Site;
let worker: { stop(): Promise<void> } | null = null;

/** A day far enough from now that no run of a test comes near its peak hours: here the program's clock is the server's own. */
const FAR_DAY = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][(new Date().getUTCDay() + 3) % 7];

beforeEach(async () => {
  server = await recoverableServer();
  const target = { url: server.url, name: 'postgres', drop: async () => {} };
  site = await startSite({ files: FILES, schema: SCHEMA, observe: '1s', target, settings: { peak: { days: [FAR_DAY] } } });
  await server.copy();
  await site.setClock(instantOf(Date.now()));
}, 60_000);

afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
  await server.stop();
});

/** A provider of the server, and the moments it was asked for. */
function provider(begin: (to: Instant) => Promise<ProviderAnswer>): ProviderRestore & { readonly asked: readonly Instant[] } {
  const asked: Instant[] = [];
  return {
    asked,
    provider: 'Supabase',
    request: () => 'curl …',
    span: async () => ({ ok: true, source: '', value: { earliest: '2020-01-01T00:00:00.000Z', latest: instantOf(Date.now()) } }),
    begin: async (to) => {
      asked.push(to);
      return await begin(to);
    },
  };
}

function servicesWith(pointInTime: ProviderRestore): Services {
  const context = site.services.targets.get('production');
  if (context === undefined) throw new Error('no target');
  return { ...site.services, targets: new Map([['production', { ...context, pointInTime }]]) };
}

/** A run that is over, and a lead that was written after it; the run is open again because somebody sees a problem. */
async function problem(services: Services): Promise<Run> {
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  worker = startWorker(services);
  const ended = await reach(site, run, ['completed', 'holding', 'failed']);
  expect(ended).toMatchObject({ state: 'completed' });
  await sql(server.url, "insert into leads (email) values ('late')");
  await tell(site, ended, 'ana', { type: 'report_problem', words: 'Leads are missing.' });
  return await until(
    async () => {
      const now = await services.ledger.load(run.id);
      return now?.problemReport?.failures == null ? null : now;
    },
    { what: 'the checks of the report' },
  );
}

async function agreedTo(services: Services, run: Run): Promise<Run> {
  const outcome = await requestRestore(services, { run, backupId: 'point-in-time', database: 'postgres', actor: by('olga') });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return await tell(site, outcome.run, 'kim', { type: 'approve_restore', backupId: 'point-in-time' });
}

async function unsureOf(run: Run): Promise<Run> {
  return await until(
    async () => {
      const now = await site.services.ledger.load(run.id);
      return (now?.restore?.sent?.unsure ?? '') === '' ? null : now;
    },
    { what: 'the restore to be unsure' },
  );
}

describe('F61 R109 a provider takes the whole database back, in place', () => {
  it(
    'to the restore point of the run: its change and everything since are gone, the run ends restored and is asked for once',
    { timeout: 180_000 },
    async () => {
      let back: Promise<void> = Promise.resolve();
      const supabase = provider(async (to) => {
        back = server.takeBack(to);
        return { answer: 'accepted' };
      });
      const services = servicesWith(supabase);
      const held = await problem(services);
      const backup = held.backup ?? expect.unreachable('the run took a backup');
      const beside = await restoreOffer(services, held, backup);
      expect(JSON.stringify(beside)).toMatch(/must not be renamed.*Offpeak can ask Supabase for it: choose point-in-time/);
      const agreed = await agreedTo(services, held);
      expect(agreed.restore?.offer.writes.rows?.inserted).toBeGreaterThanOrEqual(1);
      const ended = await reach(site, agreed, ['restored', 'holding']);
      await back;
      expect(ended).toMatchObject({ state: 'restored', switched: null, restore: { sent: { accepted: true, unsure: '' } } });
      expect(ended.end?.detail).toMatch(/equals the one from before the run; the validations pass and the application is healthy/);
      expect(supabase.asked).toEqual([instantOf(Math.floor(millis(backup.serverTime ?? '') / 1000) * 1000)]);
      expect(await sql(server.url, 'select count(*)::int as leads, max(touched) as touched from leads')).toEqual([
        { leads: 3_000, touched: 0 },
      ]);
      expect(await sql(server.url, "select to_regclass('effects')::text as effects")).toEqual([{ effects: null }]);
      expect(await site.services.ledger.verify()).toMatchObject({ ok: true });
    },
  );

  it(
    'where the answer is lost nobody sends it again: a failover is no return, a person looks, and only people ask anew',
    { timeout: 180_000 },
    async () => {
      const answers: ProviderAnswer[] = [
        { answer: 'unknown', why: 'Supabase gave no answer within 30000 ms.' },
        { answer: 'refused', why: 'Supabase answered 403: our token may not restore this project.' },
      ];
      const supabase = provider(async () => answers.shift() ?? { answer: 'accepted' });
      const services = servicesWith(supabase);
      const held = await problem(services);
      const unsure = await unsureOf(await agreedTo(services, held));
      expect(unsure).toMatchObject({ state: 'restoring', restore: { sent: { unsure: expect.stringContaining('no answer') } } });
      await server.failOver();
      const tool = services.targets.get('production')?.restore;
      const asking = {
        runId: held.id,
        runNumber: held.number,
        epoch: 99,
        plannedOn: held.plan.identity,
        signal: new AbortController().signal,
      };
      const backup = held.backup ?? expect.unreachable('the run took a backup');
      const looked = await tool?.wentBack({ ...asking, backup, timeline: unsure.restore?.sent?.timeline ?? 0 });
      expect(looked).toEqual({ back: false, why: expect.stringContaining('failed over, and was not taken back') });
      // The newest log may be lost with the old server, and the mark with it.
      await sql(server.url, "delete from offpeak.marker where version = 'point-in-time'");
      const unmarked = await tool?.wentBack({ ...asking, backup, timeline: unsure.restore?.sent?.timeline ?? 0 });
      expect(unmarked).toEqual({ back: false, why: expect.stringContaining('failed over, and was not taken back') });
      expect((await services.ledger.load(held.id))?.state).toBe('restoring');
      await site.setClock(instantOf(Date.now() + 60_000));
      const given = await tell(site, unsure, 'ana', { type: 'give_up_restore' });
      expect(given).toMatchObject({
        state: 'holding',
        holding: { reason: 'restore_failed', detail: expect.stringContaining('@ana looked') },
      });
      expect(supabase.asked).toHaveLength(1);
      const refused = await reach(site, await agreedTo(services, given), ['holding', 'restored']);
      expect(refused.holding?.detail).toBe('Supabase answered 403: our token may not restore this project. The database was not touched.');
      expect(supabase.asked).toHaveLength(2);
      expect(await sql(server.url, 'select count(*)::int as leads from leads')).toEqual([{ leads: 3_001 }]);
    },
  );
});
