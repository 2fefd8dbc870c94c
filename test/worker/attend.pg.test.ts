import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Log, Services, TargetContext } from '../../src/ports.ts';
import { httpClient } from '../../src/sources/http.ts';
import { connectPager } from '../../src/sources/pager.ts';
import { work } from '../../src/worker/worker.ts';
import { aLedger, played, type TestLedger } from '../ledger/a-ledger.ts';
import { by } from '../support/plans.ts';
import { QUICK } from '../support/quick.ts';
import { until } from '../support/until.ts';

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

let on: TestLedger;
beforeEach(async () => {
  on = await aLedger();
});
afterEach(() => on.drop());

/** A webhook that keeps what it was told, and answers with `status`. */
async function aWebhook(): Promise<{ url: string; told: { event: string; key: string }[]; status: number; stop(): void }> {
  const hook = { url: '', told: [] as { event: string; key: string }[], status: 202, stop: () => void server.close() };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { event, key } = JSON.parse(body);
      if (hook.status < 300) hook.told.push({ event, key });
      response.writeHead(hook.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return hook;
}

function worker(pagerUrl: string | null, name: string) {
  const http = httpClient({ timeoutMs: 2_000, now: systemClock.now });
  const pager = pagerUrl === null ? {} : { pager: connectPager({ webhook: { url: { reveal: () => pagerUrl } } }, http) };
  const unread = async () => ({ ok: false, why: 'not read here', source: '' });
  const sources = { database: { vitals: unread }, application: { metrics: unread } };
  const context = { name: 'acme', sources, ...pager } as unknown as TargetContext;
  const services = { ledger: on.another(), targets: new Map([['acme', context]]), log: quiet } as unknown as Services;
  const stopping = new AbortController();
  const done = work(services, { name, timing: QUICK, signal: stopping.signal });
  return { stop: () => (stopping.abort(), done) };
}

const pagesOf = async (id: string) => (await on.ledger.load(id))?.pages ?? [];

it('F54 two workers call the on-call once for a rollback that failed, and close the call when a person has closed the run', async () => {
  const hook = await aWebhook();
  const { run } = await played(on, 'rollback_failed');
  const workers = [worker(hook.url, 'w1'), worker(hook.url, 'w2')];
  try {
    await until(async () => (await pagesOf(run.id)).length > 0, { what: 'the call' });
    expect(await pagesOf(run.id)).toMatchObject([{ reason: 'rollback_failed', failure: null, attempts: 1, closedAt: null }]);
    const ended = await on.ledger.execute(run.id, { type: 'cancel' }, by('olga'));
    expect(ended.ok && ended.run.state).toBe('failed');
    await until(async () => (await pagesOf(run.id))[0]?.closedAt != null, { what: 'the call to be closed' });
  } finally {
    await Promise.all(workers.map((each) => each.stop()));
    hook.stop();
  }
  const key = `offpeak:${run.id}:${(await pagesOf(run.id))[0]?.key}`;
  expect(hook.told).toEqual([
    { event: 'page', key },
    { event: 'close', key },
  ]);
});

it('a pager that answers 500 is said to have reached nobody, and is asked again a minute later', async () => {
  const hook = await aWebhook();
  hook.status = 500;
  const { run, story } = await played(on, 'rollback_failed');
  const working = worker(hook.url, 'w1');
  try {
    await until(async () => (await pagesOf(run.id)).length > 0, { what: 'the try' });
    const [failed] = await pagesOf(run.id);
    expect(failed?.failure).toMatch(/^127\.0\.0\.1:\d+ answered 500\.$/);
    hook.status = 202;
    await on.setClock(new Date(Date.parse(story.now) + 61_000).toISOString());
    await until(async () => (await pagesOf(run.id))[0]?.failure === null, { what: 'the next try' });
    expect(await pagesOf(run.id)).toMatchObject([{ attempts: 2, failure: null }]);
  } finally {
    await working.stop();
    hook.stop();
  }
});

it('without a pager the message in Slack is the call', async () => {
  const { run } = await played(on, 'rollback_failed');
  const working = worker(null, 'w1');
  try {
    await until(async () => (await pagesOf(run.id)).length > 0, { what: 'the call' });
    expect(await pagesOf(run.id)).toMatchObject([{ through: 'Slack', failure: null }]);
  } finally {
    await working.stop();
  }
});
