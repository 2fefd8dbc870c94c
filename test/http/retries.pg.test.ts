import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ledger } from '../../src/ports.ts';
import { aLedger, played, type TestLedger } from '../ledger/a-ledger.ts';
import { someServices, type SmallLedger } from '../slack/a-ledger.ts';
import { anApi } from './an-api.ts';

let stage: TestLedger;

beforeAll(async () => {
  stage = await aLedger();
});
afterAll(() => stage.drop());

const servicesOn = (ledger: Ledger) => ({ ...someServices(ledger as unknown as SmallLedger), ledger });

it('carries one key out once, though forty retries reach two processes at once (X7)', async () => {
  const { run, story } = await played(stage, 'migrating', 'acme');
  await stage.setClock(story.now);
  const apis = await Promise.all([stage.ledger, stage.another()].map((ledger) => anApi(servicesOn(ledger))));
  const ask = (api: (typeof apis)[number]) =>
    api.ask('POST', `/v1/runs/${run.number}/confirm_presence`, { as: 'ana', body: {}, key: 'the-same' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => apis.map(ask)).flat());
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 40 }, () => 200));
  expect(answers.filter((answer) => answer.body['repeated'] === false).length, 'one process did it, the other heard of it').toBe(20);
  const events = (await stage.ledger.history({ runId: run.id, limit: 10_000 })).map(({ event }) => event);
  const said = events.filter(({ type, actor }) => type === 'presence_confirmed' && actor.via === 'http');
  expect(said).toHaveLength(1);
  expect(said[0]?.actor, 'the record says who, through which door and under which key').toMatchObject({
    name: 'ana',
    via: 'http',
    request: 'confirm_presence the-same',
  });
  // A process that starts now knows it from the events alone.
  const later = await anApi(servicesOn(stage.another()));
  const again = await later.ask('POST', `/v1/runs/${run.number}/confirm_presence`, { as: 'ana', body: {}, key: 'the-same' });
  expect(again).toMatchObject({ status: 200, body: { repeated: true } });
  expect(await stage.ledger.verify()).toMatchObject({ ok: true });
});
