import { describe, expect, it } from 'vitest';
import { COMMAND_ROLES } from '../../src/domain/decide/human.ts';
import { refusalSentence } from '../../src/domain/refusal.ts';
import { HTTP_COMMANDS } from '../../src/http/commands.ts';
import { storyTo, type Scene } from '../support/runs.ts';
import { aLedger, someServices } from '../slack/a-ledger.ts';
import { anApi, tokenOf, type AnApi } from './an-api.ts';

async function at(scene: Scene): Promise<AnApi & { readonly ledger: ReturnType<typeof aLedger>; readonly logged: readonly string[] }> {
  const { run, now } = storyTo(scene);
  const ledger = aLedger([run], now);
  const services = someServices(ledger);
  return { ...(await anApi(services)), ledger, logged: services.logged };
}

const run = { body: { run: expect.any(Object), repeated: false } };

describe('HTTP API: every command of people has a route (X7)', () => {
  it('is the list of the role table, no command more and none fewer', () => {
    expect(Object.keys(HTTP_COMMANDS).toSorted()).toEqual(Object.keys(COMMAND_ROLES).toSorted());
  });

  it('F61 a restore is given up as not done, or as done with went_back', async () => {
    const { read } = HTTP_COMMANDS.give_up_restore;
    const known = {} as Parameters<typeof read>[1];
    expect(await read({}, known)).toEqual({ type: 'give_up_restore' });
    expect(await read({ went_back: true }, known)).toEqual({ type: 'give_up_restore', wentBack: true });
    expect(await read({ went_back: 'yes' }, known)).toBe('went_back must be true or false.');
  });

  it.each<[Scene, string, string, object, string]>([
    ['planned', 'start_checklist', 'nora', {}, 'checklist'],
    ['checklist_proved', 'confirm_item', 'olga', { item: 'staging', note: 'Looked at it.' }, 'checklist'],
    ['checklist_proved', 'acknowledge_item', 'ana', { item: 'on_call' }, 'checklist'],
    ['checklist_ready', 'withdraw_item', 'olga', { item: 'staging' }, 'checklist'],
    ['checklist_proved', 'waive_item', 'sam', { item: 'staging', reason: 'There is none.' }, 'checklist'],
    ['checklist_ready', 'approve', 'sam', { digest: 'DIGEST' }, 'checklist'],
    ['checklist_ready', 'reject', 'sam', { reason: 'Not tonight.' }, 'cancelled'],
    ['approved', 'schedule', 'nora', { t0: '2026-11-24T19:30:00Z' }, 'scheduled'],
    ['approved', 'schedule', 'nora', { t0: '20:30' }, 'scheduled'],
    ['approved', 'cancel', 'olga', {}, 'cancelled'],
    ['migrating', 'stop_after_step', 'ana', {}, 'migrating'],
    ['migrating_backfill', 'pause', 'ana', {}, 'holding'],
    ['migrating_backfill', 'set_speed', 'ana', { percent: 25 }, 'migrating'],
    ['observing', 'stop_after_step', 'ana', {}, 'holding'],
    ['migrating_alert', 'acknowledge_alert', 'ana', { alert: 'p95' }, 'migrating'],
    ['migrating_alert', 'hold_five', 'ana', {}, 'migrating'],
    ['holding', 'resume', 'nora', {}, 'migrating'],
    ['migrating', 'roll_back', 'ana', {}, 'stopping'],
    ['migrating', 'confirm_presence', 'ana', {}, 'migrating'],
  ])('%s: POST %s by %s', async (scene, command, as, body, state) => {
    const api = await at(scene);
    const { digest } = storyTo(scene).run;
    const sent = 'digest' in body ? { digest: digest.slice(0, 12) } : body;
    const got = await api.ask('POST', `/v1/runs/42/${command}`, { as, body: sent });
    expect(got, JSON.stringify(got.body)).toMatchObject({ status: 200, ...run });
    expect(got.body['run']).toMatchObject({ number: 42, state });
    expect(api.ledger.commands.at(-1)).toMatchObject({ command: { type: command }, actor: { name: as, via: 'http' } });
  });
});

describe('HTTP API: refusals in the words of every other door', () => {
  it.each<[Scene, string, string, number, string]>([
    ['migrating', 'roll_back', 'kim', 200, ''],
    ['checklist_ready', 'approve', 'nora', 403, 'not_permitted'],
    ['approved', 'roll_back', 'ana', 409, 'wrong_state'],
    ['migrating', 'pause', 'ana', 409, 'no_backfill'],
  ])('%s: %s by %s is %i %s', async (scene, command, as, status, code) => {
    const api = await at(scene);
    const { digest } = storyTo(scene).run;
    const got = await api.ask('POST', `/v1/runs/42/${command}`, { as, body: command === 'approve' ? { digest } : {} });
    expect(got.status).toBe(status);
    if (status === 200) return;
    expect(got.body).toEqual({ error: { code, message: expect.stringMatching(/[.]$/), next: expect.stringMatching(/[.]$/) } });
  });

  it('says the sentence of the terminal, in two parts', async () => {
    const api = await at('approved');
    const { body } = await api.ask('POST', '/v1/runs/42/roll_back', { as: 'ana', body: {} });
    const { message, next } = body['error'] as { message: string; next: string };
    const sentence = refusalSentence({ code: 'wrong_state', state: 'approved', command: 'roll back' }, (instant) => instant);
    expect(`${message} ${next}`).toBe(sentence);
  });
});

describe('HTTP API: who may come in', () => {
  it.each<[string, string | null]>([
    ['no token', null],
    ['the token of nobody', 'mallory'],
  ])('%s: 401, and nothing is read', async (_, as) => {
    const api = await at('migrating');
    for (const [method, path] of [
      ['GET', '/v1/runs'],
      ['POST', '/v1/runs/42/roll_back'],
      ['GET', '/nowhere'],
    ] as const) {
      const got = await api.ask(method, path, { as });
      expect(got).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
      expect(got.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(api.ledger.commands).toEqual([]);
  });

  it('takes the token whole: neither its beginning nor more than it', async () => {
    const api = await at('migrating');
    for (const token of [tokenOf('nora').slice(0, -1), `${tokenOf('nora')}x`, ''])
      expect((await fetch(`${api.url}/v1/runs`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await fetch(`${api.url}/v1/runs?token=${tokenOf('nora')}`)).status).toBe(401);
  });

  it('knows the person from the token alone: a body cannot speak for somebody else', async () => {
    const api = await at('migrating');
    const got = await api.ask('POST', '/v1/runs/42/roll_back', { as: 'ana', body: { actor: 'nora' } });
    expect(got).toMatchObject({ status: 400, body: { error: { message: 'roll_back has no field "actor". Nothing was changed.' } } });
    expect(api.ledger.commands).toEqual([]);
  });

  it('logs neither tokens nor bodies, also when the ledger is away', async () => {
    const api = await at('migrating');
    api.ledger.break(new Error('the ledger does not answer'));
    const got = await api.ask('POST', '/v1/runs/42/reject', { body: { reason: 'secret-reason' } });
    expect(got).toMatchObject({
      status: 503,
      body: { error: { code: 'unavailable', next: expect.stringContaining('same Idempotency-Key') } },
    });
    expect(api.logged.join()).toContain('the ledger does not answer');
    expect(api.logged.join()).not.toMatch(/secret-reason|token-of/);
    expect(JSON.stringify(got.body)).not.toContain('does not answer');
  });
});

describe('HTTP API: requests that mean nothing', () => {
  it.each<[string, string, object, number, RegExp]>([
    ['GET', '/v1/nothing', {}, 404, /Use one of GET \/v1\/targets/],
    ['DELETE', '/v1/runs/42', {}, 405, /Use GET/],
    ['GET', '/v1/runs/42/roll_back', {}, 405, /Use POST/],
    ['POST', '/v1/runs/42/destroy', {}, 404, /no command .{1,2}destroy/],
    ['POST', '/v1/runs/42/__proto__', {}, 404, /no command/],
    ['POST', '/v1/runs/43/roll_back', {}, 404, /no run 43/],
    ['GET', '/v1/runs/1e9', {}, 404, /no run 1e9/],
    ['GET', '/v1/targets/none', {}, 404, /Configured: acme/],
    ['GET', '/v1/runs?limit=0', {}, 400, /from 1 to 100/],
    ['POST', '/v1/runs/42/set_speed', { body: { percent: 33 } }, 400, /one of the numbers 25, 50, 100, 200/],
    ['POST', '/v1/runs/42/set_speed', { body: { percent: '50' } }, 400, /one of the numbers/],
    ['POST', '/v1/runs/42/confirm_item', { body: { item: 'staging' } }, 400, /note must be text/],
    ['POST', '/v1/runs/42/approve', { body: { digest: 'abc' } }, 400, /twelve characters/],
    ['POST', '/v1/runs/42/schedule', { body: { t0: 'soon' } }, 400, /soon/],
    ['POST', '/v1/runs/42/roll_back', { raw: '{"a":' }, 400, /no JSON object/],
    ['POST', '/v1/runs/42/roll_back', { raw: '[]' }, 400, /no JSON object/],
    ['POST', '/v1/runs/42/roll_back', { raw: `{"a":"${'x'.repeat(70_000)}"}` }, 413, /64 KiB/],
    ['POST', '/v1/runs/42/roll_back', { body: {}, key: 'x'.repeat(201) }, 400, /Idempotency-Key/],
  ])('%s %s %j: %i', async (method, path, options, status, words) => {
    const api = await at('migrating');
    const got = await api.ask(method, path, { ...options, as: 'ana' });
    expect(got.status, JSON.stringify(got.body)).toBe(status);
    expect(JSON.stringify(got.body['error'])).toMatch(words);
    expect(api.ledger.commands).toEqual([]);
  });
});

describe('HTTP API: what it tells', () => {
  it('lists runs and targets, and one run whole', async () => {
    const api = await at('migrating_alert');
    expect((await api.ask('GET', '/v1/runs?active=true')).body).toMatchObject({
      runs: [{ number: 42, state: 'migrating', target: 'acme' }],
    });
    expect((await api.ask('GET', '/v1/runs?target=other')).body).toEqual({ runs: [] });
    expect((await api.ask('GET', '/v1/targets')).body).toMatchObject({ targets: [{ name: 'acme', default: true, run: { number: 42 } }] });
    const { body } = await api.ask('GET', '/v1/runs/42', { as: 'sam' });
    expect(body['run']).toMatchObject({ number: 42, alerts: [{ metric: 'p95', value: 412 }], quorum: 2 });
    expect(JSON.stringify(body)).not.toMatch(/postgres(ql)?:\/\//);
  });

  it('is for a person with any role', async () => {
    const api = await at('migrating');
    expect((await api.ask('GET', '/v1/runs/42', { as: 'kim' })).status).toBe(200);
  });
});

describe('HTTP API: the same request twice', () => {
  it('gives the same answer under the same key, and does nothing again', async () => {
    const api = await at('migrating');
    const ask = () => api.ask('POST', '/v1/runs/42/confirm_presence', { as: 'ana', body: {}, key: 'k-1' });
    const all = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(all.map(({ body }) => JSON.stringify(body)))).toHaveProperty('size', 1);
    expect(api.ledger.commands).toHaveLength(1);
  });

  it('gives a refusal again too; a new key is a new try', async () => {
    const api = await at('approved');
    const ask = (key: string) => api.ask('POST', '/v1/runs/42/roll_back', { as: 'ana', body: {}, key });
    expect(await ask('k-1')).toMatchObject({ status: 409 });
    const { run: later, now } = storyTo('migrating');
    api.ledger.put(later);
    api.ledger.set(now);
    expect(await ask('k-1')).toMatchObject({ status: 409 });
    expect(await ask('k-2')).toMatchObject({ status: 200, body: { run: { state: 'stopping' } } });
  });

  it('knows after a restart what was carried out under a key', async () => {
    const first = await at('migrating');
    await first.ask('POST', '/v1/runs/42/confirm_presence', { as: 'ana', body: {}, key: 'k-1' });
    const again = await anApi(someServices(first.ledger));
    const got = await again.ask('POST', '/v1/runs/42/confirm_presence', { as: 'ana', body: {}, key: 'k-1' });
    expect(got).toMatchObject({ status: 200, body: { repeated: true, run: { number: 42 } } });
    const other = await again.ask('POST', '/v1/runs/42/confirm_presence', { as: 'nora', body: {}, key: 'k-1' });
    expect(other, 'the key of another person is another key').toMatchObject({ status: 200, body: { repeated: false } });
  });

  it('may be tried again under its key when Offpeak itself could not answer', async () => {
    const api = await at('migrating');
    api.ledger.break(new Error('away'));
    const ask = () => api.ask('POST', '/v1/runs/42/roll_back', { as: 'ana', body: {}, key: 'k-1' });
    expect(await ask()).toMatchObject({ status: 503 });
    api.ledger.break(null);
    expect(await ask()).toMatchObject({ status: 200, body: { run: { state: 'stopping' } } });
  });
});
