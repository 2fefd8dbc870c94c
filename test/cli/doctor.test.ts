import { describe, expect, test } from 'vitest';
import { examine, type Examination, type Examined } from '../../src/cli/doctor.ts';
import { configurationExamination, nodeExamination, servicesExaminations } from '../../src/cli/examinations.ts';
import { runCli } from '../../src/cli/program.ts';
import { aTerminal } from './a-terminal.ts';
import { aWorld, someDoors } from './a-world.ts';

function part(name: string, found: Examined | Error): Examination {
  return { name, look: () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found)) };
}

describe('examine', () => {
  test('prints each part with what to do, and fails when one must be mended', async () => {
    const terminal = aTerminal();
    const parts = [
      part('Node.js', { ok: true, detail: 'v24.21.0', fix: 'never shown' }),
      part('Slack', { ok: false, detail: 'Slack says invalid_auth', fix: 'Check SLACK_BOT_TOKEN.' }),
      part('Ledger', new Error('connection refused')),
    ];
    expect(await examine(parts, { terminal })).toBe(1);
    expect(terminal.printed()).toBe(
      [
        'ok       Node.js  v24.21.0',
        'FIX      Slack    Slack says invalid_auth',
        '                  → Check SLACK_BOT_TOKEN.',
        'UNKNOWN  Ledger   connection refused',
        '',
        '2 of 3 must be mended before a migration.',
      ].join('\n'),
    );
  });

  test('exits with 0 when all is well', async () => {
    const terminal = aTerminal();
    expect(await examine([part('Node.js', { ok: true, detail: '' })], { terminal })).toBe(0);
    expect(terminal.printed()).toContain('Everything is well.');
  });

  test('does not wait for a part that never answers, and does not call it well', async () => {
    const terminal = aTerminal();
    const silent: Examination = { name: 'Target', look: () => new Promise(() => {}) };
    expect(await examine([silent], { terminal, patienceMs: 20 })).toBe(1);
    expect(terminal.printed()).toContain('UNKNOWN  Target  no answer within 0.02 s');
  });
});

test('doctor --only looks at what is named, as the health check of the image does, and --json is for programs', async () => {
  const terminal = aTerminal();
  const examinations = [part('Processes', { ok: true, detail: 'bot a' }), part('Slack', { ok: false, detail: '' })];
  const doors = { ...someDoors(terminal), doctor: async () => ({ examinations, close: async () => {} }) };
  expect(await runCli(['doctor', '--only', 'processes', '--json'], doors)).toBe(0);
  expect(JSON.parse(terminal.printed())).toEqual([{ name: 'Processes', ok: true, detail: 'bot a' }]);
  expect(await runCli(['doctor'], doors)).toBe(1);
  expect(await runCli(['doctor', '--only', 'moon'], doors)).toBe(3);
});

test('the configuration and Node.js are looked at without any service', async () => {
  expect(await nodeExamination('v24.11.0').look()).toMatchObject({ ok: true });
  expect(await nodeExamination('v24.10.9').look()).toMatchObject({ ok: false });
  expect(await nodeExamination('v25.0.0').look()).toMatchObject({ ok: true });
  expect(await nodeExamination('v20.20.2').look()).toMatchObject({ ok: false });
  expect(await configurationExamination('', ['offpeak.yaml:1:1 ledger: is missing.']).look()).toMatchObject({ ok: false });
});

async function looked(change: (world: ReturnType<typeof aWorld>) => void = () => {}) {
  const world = aWorld({ scene: 'completed' });
  change(world);
  const found = await Promise.all(servicesExaminations(world.connection).map(async ({ name, look }) => [name, await look()] as const));
  return Object.fromEntries(found) as Record<string, Examined>;
}
const application = (status: number) => ({
  application: {
    health: async () => ({ ok: true as const, source: '', value: { status, ms: 3 } }),
    metrics: async () => ({ ok: false as const, source: '', why: 'connection refused' }),
  },
});

describe('what is seen through the services', () => {
  test('a bot that is not seen, an application that is ill and metrics that cannot be read are not well', async () => {
    const found = await looked((world) => Object.assign([...world.connection.targets.values()][0]?.sources ?? {}, application(503)));
    expect(found['Ledger']).toMatchObject({ ok: true, detail: 'reachable, newest run #42' });
    expect(found['Target acme']).toMatchObject({ ok: true, detail: 'PostgreSQL 15.18, database acme' });
    expect(found['Migrations acme']).toMatchObject({ ok: true, detail: '2 migrations can be read' });
    expect(found['Backups acme']).toMatchObject({ ok: true });
    expect(found['Health acme']).toMatchObject({ ok: false, detail: '503 in 3 ms' });
    expect(found['Metrics acme']).toMatchObject({ ok: 'unknown', detail: 'connection refused' });
    expect(found['Processes']).toMatchObject({ ok: false, detail: 'worker host:7; no bot within 15 s', fix: 'Start them: offpeak start.' });
  });

  test('every reading that has a source is asked, and one that does not answer says why', async () => {
    const readings = {
      cpu: async () => ({ ok: true as const, source: '', value: 0.42391 }),
      onCall: async () => ({ ok: true as const, source: '', value: ['noah'] }),
      memory: async () => ({ ok: false as const, source: '', why: 'Prometheus (prom:9090) answered 502.' }),
    };
    const found = await looked((world) => {
      Object.assign([...world.connection.targets.values()][0]?.sources ?? {}, application(200), { readings });
    });
    expect(found['Reading cpu acme']).toEqual({ ok: true, detail: '0.424' });
    expect(found['Reading onCall acme']).toEqual({ ok: true, detail: '["noah"]' });
    expect(found['Reading memory acme']).toMatchObject({ ok: 'unknown', detail: 'Prometheus (prom:9090) answered 502.' });
  });

  test('X13 what the target and the backup tool miss is passed on in their words; a dead ledger says what to check', async () => {
    const found = await looked((world) => {
      const context = [...world.connection.targets.values()][0];
      Object.assign(context?.sources ?? {}, application(200));
      Object.assign(context?.target ?? {}, { unusable: async () => 'This is a transaction pooler.' });
      Object.assign(context?.backups ?? {}, { unusable: async () => 'pg_dump 15 or newer was not found.' });
      world.connection.ledger.now = () => Promise.reject(new Error('connection refused'));
    });
    expect(found['Target acme']).toEqual({ ok: false, detail: 'This is a transaction pooler.' });
    expect(found['Backups acme']).toEqual({ ok: false, detail: 'pg_dump 15 or newer was not found.' });
    expect(found['Health acme']).toMatchObject({ ok: true });
    expect(found['Ledger']).toMatchObject({ ok: false, detail: 'connection refused', fix: expect.stringContaining('LEDGER_DATABASE_URL') });
  });
});
