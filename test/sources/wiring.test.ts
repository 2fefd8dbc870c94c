import { expect, it, onTestFinished } from 'vitest';
import { connectServices } from '../../src/app.ts';
import { ENV, LEAST, load } from '../config/workplace.ts';

/** The services of these settings. Nothing is connected before it is asked. */
function connected(lines: string, env: Readonly<Record<string, string>> = {}) {
  const loaded = load(`${LEAST}${lines}`, { ...ENV, PATH: process.env['PATH'] ?? '', ...env });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  const app = connectServices(loaded.config, loaded.secrets);
  onTestFinished(() => app.close());
  const target = app.targets.get('production');
  if (target === undefined) throw new Error('no production');
  return target.sources;
}

it('gives a target the readings that its settings name, and what the ledger knows itself', () => {
  expect(Object.keys(connected('').readings ?? {})).toEqual(['restoreDrill']);
  const sources = connected(
    `    readings:
      user_activity: { prometheus: 'http://prom:9090', query: users }
      cpu: { prometheus: 'http://prom:9090', query: cpu }
      disk: { json: 'https://host.test/disk', at: /free, size: /size }
      on_call: { pagerduty: { schedule: PI7DH85, token: '\${TOKEN}' } }
      automated_backup: { supabase: { project: abc, token: '\${TOKEN}' } }
`,
    { TOKEN: 'a-token' },
  );
  expect(Object.keys(sources.readings ?? {})).toEqual(['userActivity', 'cpu', 'disk', 'automatedBackup', 'onCall', 'restoreDrill']);
  expect(Object.is(sources.database['diskFree'], sources.readings?.disk)).toBe(true);
});

it('R51 gives a target the list of new issues where Sentry tells its error rate', () => {
  expect(connected('').newIssues).toBeUndefined();
  const sentry = "    readings:\n      error_rate: { sentry: { organization: acme, project: web, token: '${TOKEN}' } }\n";
  expect(connected(sentry, { TOKEN: 'a-token' }).newIssues).toBeTypeOf('function');
});

it('gives a target its hooks by name and alias, in the environment that the settings give them, with every secret hidden', async () => {
  const sources = connected(
    `    hooks:
      - { name: health, command: [sh, -c, 'echo "$DATABASE_URL \${BOT} acme-password $SLACK_BOT_TOKEN."; exit 3'], aliases: ['pnpm db:health-checks'], env: { DATABASE_URL: '\${ACME}' } }
`,
    { SLACK_BOT_TOKEN: 'not-passed-on' },
  );
  expect([...(sources.hooks?.keys() ?? [])]).toEqual(['health', 'pnpm db:health-checks']);
  const reading = await sources.hooks?.get('pnpm db:health-checks')?.();
  expect(reading).toMatchObject({ ok: true, value: { exitCode: 3, output: '[secret] [secret] [secret] .' } });
});
