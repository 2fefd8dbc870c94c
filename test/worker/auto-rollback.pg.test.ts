import { afterEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { until } from '../support/until.ts';

const SCHEMA = 'CREATE TABLE leads (id bigint PRIMARY KEY, email text NOT NULL)';
const FILES = {
  '0001_lead_index.up.sql': 'CREATE INDEX CONCURRENTLY leads_email_idx ON leads (email);\n',
  '0001_lead_index.down.sql': 'DROP INDEX CONCURRENTLY leads_email_idx;\n',
};
const SETTINGS = {
  auto_rollback: { after: '1s' },
  monitor: { application: '200ms', keep_firing: '500ms', recovered: '1s' },
};

let site: Site;
let workers: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  await site.stop();
});

async function observed(): Promise<Run> {
  site = await startSite({ files: FILES, schema: SCHEMA, observe: '10m', settings: SETTINGS });
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  workers.push(startWorker(site.services, 'first'));
  return await reach(site, run, ['observing', 'holding', 'failed']);
}

async function loaded(run: Run): Promise<Run> {
  return (await site.services.ledger.load(run.id)) ?? run;
}

const indexes = () => sql(site.target.url, "SELECT indexname FROM pg_indexes WHERE indexname = 'leads_email_idx'");

it('R73 R80 rolls back by itself what loses nothing, after the countdown, and says when all is well again', async () => {
  const run = await observed();
  site.answers.errorRate = 0.02;
  const rolled = await reach(site, run, ['rolled_back', 'rollback_failed']);
  expect(rolled).toMatchObject({
    state: 'rolled_back',
    rollback: { by: { id: 'offpeak' } },
    alerts: { error_rate: { level: 'roll_back' } },
  });
  expect(await indexes()).toEqual([]);
  const events = (await site.services.ledger.history({ runId: run.id, limit: 200 })).map(({ event }) => event);
  const [armed, fired] = ['rollback_armed', 'rollback_requested'].map((type) =>
    Date.parse(events.find((event) => event.type === type)?.at ?? ''),
  );
  expect((fired ?? 0) - (armed ?? 0)).toBeGreaterThanOrEqual(1_000);
  expect(rolled.recovery).toBeNull();
  site.answers.errorRate = 0;
  const well = await until(async () => ((await loaded(run)).recovery === null ? null : await loaded(run)), {
    what: 'the recovery',
    deadlineMs: 30_000,
  });
  expect(well.recovery?.after?.error_rate).toBe(0);
  // Its target is free: the next plan is not kept waiting for the monitor.
  expect(await site.services.ledger.active('production')).toBeNull();
});

it('R73 the worker that counted down is gone: the next one fires at the moment that the ledger has', async () => {
  const run = await observed();
  site.answers.errorRate = 0.02;
  await until(async () => ((await loaded(run)).armed === null ? null : true), { what: 'the countdown' });
  await workers.pop()?.stop();
  expect((await loaded(run)).state).toBe('observing');
  workers.push(startWorker(site.services, 'second'));
  expect((await reach(site, run, ['rolled_back', 'rollback_failed'])).rollback?.by.id).toBe('offpeak');
});

it('R73 a click during the countdown is the rollback, and there is one', async () => {
  const run = await observed();
  site.answers.errorRate = 0.02;
  await until(async () => ((await loaded(run)).armed === null ? null : true), { what: 'the countdown' });
  await tell(site, run, 'ana', { type: 'roll_back' });
  const rolled = await reach(site, run, ['rolled_back', 'rollback_failed']);
  expect(rolled.rollback?.by.name).toBe('ana');
  const requests = (await site.services.ledger.history({ runId: run.id, limit: 200 })).filter(
    ({ event }) => event.type === 'rollback_requested',
  );
  expect(requests).toHaveLength(1);
});

it('R73 invariant 10: an application that cannot be read any more is no reason; the run stays, and does not end', async () => {
  const run = await observed();
  site.answers.errorRate = 0.02;
  await until(async () => ((await loaded(run)).armed === null ? null : true), { what: 'the countdown' });
  site.answers.requests = 0;
  await until(async () => ((await loaded(run)).armed === null ? true : null), { what: 'the countdown to be voided' });
  const alert = (await loaded(run)).alerts.error_rate;
  const samples = async () =>
    (await site.services.ledger.recent(run.id, 60)).filter(({ metric, value }) => metric === 'error_rate' && value === null);
  await until(async () => ((await samples()).length >= 15 ? true : null), { what: 'three seconds without a reading' });
  expect(await loaded(run)).toMatchObject({ state: 'observing', armed: null, rollback: null, alerts: { error_rate: alert } });
  expect(await indexes()).toHaveLength(1);
});
