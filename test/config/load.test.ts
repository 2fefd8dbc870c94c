import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { directory, ENV, LEAST, load } from './workplace.ts';

function loaded(yaml: string, env?: Readonly<Record<string, string>>) {
  const result = load(yaml, env);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result;
}

test("gives the runbook's defaults to what is not written", () => {
  const { config } = loaded(LEAST);
  const target = config.targets.get('production');
  expect(target?.window).toEqual({ zone: 'Europe/Berlin', peakFrom: 540, peakTo: 1080, days: [1, 2, 3, 4, 5, 6, 7] });
  expect(target?.timing).toEqual({
    prepareLeadMs: 900_000,
    observeMs: 900_000,
    recheckMs: 300_000,
    machineEvidenceMs: 600_000,
    humanEvidenceMs: 86_400_000,
    proofMs: 86_400_000,
    approvalMs: 86_400_000,
    monitorSilenceMs: 15_000,
    watcherSilenceMs: 1_800_000,
    lateStartMs: 1_800_000,
    keepFiringMs: 60_000,
    unknownWarnMs: 60_000,
    unknownHoldMs: 180_000,
    recoveredMs: 300_000,
  });
  expect(target?.thresholds).toEqual({
    connections: 0.8,
    longQuerySeconds: 30,
    replicationLagSeconds: 10,
    diskFree: 0.2,
    latencyMs: 50,
    errorRate: 0.001,
    errorRateAlert: 0.005,
    p95Ms: 500,
    p95Factor: 2,
    p95FloorMs: 100,
    lockWaits: 5,
    minimumSamples: 100,
    activeUsers: 100,
    cpu: 0.7,
    memory: 0.8,
    automatedBackupMs: 24 * 3_600_000,
    restoreDrillMs: 92 * 24 * 3_600_000,
    errorRateRollBack: 0.01,
    p95RollBackFactor: 1.2,
    connectionsSpike: 0.3,
    databaseErrors: 0,
    clearShare: 0.9,
    statementMeanMs: 1_000,
  });
  expect(target?.lockBudgetMs).toBe(60_000);
  expect(config.quorum).toBe(2);
});

test('R73 rolls back by itself only where that is written, after the time that is written, and asks sources at their own pace', () => {
  const of = (written: string) => loaded(`${LEAST}\n${written}`).config.targets.get('production');
  expect(of('    auto_rollback: off')?.timing.autoRollbackMs).toBeUndefined();
  expect(of('    auto_rollback: { after: 90s }')?.timing.autoRollbackMs).toBe(90_000);
  expect(of('    monitor: { services: 30s }')?.pace).toEqual({ applicationMs: 1_000, servicesMs: 30_000 });
  expect(load(`${LEAST}\n    auto_rollback: on`)).toMatchObject({ ok: false });
});

test('takes what is written, paths from the directory of the file', () => {
  const cwd = directory({});
  mkdirSync(join(cwd, 'settings'));
  const yaml = LEAST.replace(
    '    zone: Europe/Berlin',
    '    zone: America/New_York\n    peak: { from: "08:30", to: "24:00", days: [sun, mon] }',
  ).concat('    migrations: ../sql\n    observe: 1h30m\n    limits: { error_rate: 0.25%, connections: 0.9 }\n');
  writeFileSync(join(cwd, 'settings', 'night.yaml'), yaml);
  const result = loadConfig({ cwd, file: 'settings/night.yaml', env: ENV });
  const target = result.ok ? result.config.targets.get('production') : undefined;
  expect(target?.window).toEqual({ zone: 'America/New_York', peakFrom: 510, peakTo: 1440, days: [1, 7] });
  expect(target?.migrations).toBe(join(cwd, 'sql'));
  expect(target?.backup).toMatchObject({ directory: join(cwd, 'settings', 'backups'), tools: null });
  expect(target?.timing.observeMs).toBe(5_400_000);
  expect(target?.thresholds).toMatchObject({ errorRate: 0.0025, connections: 0.9 });
});

test('strips the # and the @ that people write', () => {
  const { config } = loaded(LEAST);
  expect(config.slack.channel).toBe('deployments');
  expect(config.people[0]?.name).toBe('maya');
});

test('reads .env, and never lets it override the real environment', () => {
  const written = Object.entries(ENV).map(([name, value]) => `${name}=${value}`);
  const cwd = directory({ 'offpeak.yaml': LEAST, '.env': [...written, 'OFFPEAK_USER=maya'].join('\n') });
  const result = loadConfig({ cwd, env: { ACME: 'postgresql://real@db.internal/real', OFFPEAK_USER: undefined } });
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  expect(result.config.user).toBe('maya');
  expect(result.secrets.targets.get('production')?.database.reveal()).toBe('postgresql://real@db.internal/real');
  expect(result.secrets.slack.botToken.reveal()).toBe(ENV.BOT);
});

test('finds the file by --config before OFFPEAK_CONFIG before ./offpeak.yaml', () => {
  const [here, variable, flag] = ['here', 'variable', 'flag'].map((name) => LEAST.replace('Database Team', name));
  const cwd = directory({ 'offpeak.yaml': here ?? '', 'env.yaml': variable ?? '', 'flag.yaml': flag ?? '' });
  const owner = (source: { file?: string; env: Record<string, string> }) => {
    const result = loadConfig({ cwd, ...source });
    return result.ok ? result.config.runbook.owner : result.mistakes;
  };
  expect(owner({ env: ENV })).toBe('here');
  expect(owner({ env: { ...ENV, OFFPEAK_CONFIG: 'env.yaml' } })).toBe('variable');
  expect(owner({ file: 'flag.yaml', env: { ...ENV, OFFPEAK_CONFIG: 'env.yaml' } })).toBe('flag');
});

test('speaks to another Slack through SLACK_API_URL, with the slash that the client needs', () => {
  expect(loaded(LEAST).config.slack.apiUrl).toBe('https://slack.com/api/');
  const elsewhere = loaded(LEAST, { ...ENV, SLACK_API_URL: 'http://127.0.0.1:5555/api/' });
  expect(elsewhere.config.slack.apiUrl).toBe('http://127.0.0.1:5555/api/');
  expect(loaded(LEAST, { ...ENV, SLACK_API_URL: 'http://127.0.0.1:5555/api' }).config.slack.apiUrl).toBe('http://127.0.0.1:5555/api/');
});

test('reads whole numbers from variables, where they are text', () => {
  expect(loaded(LEAST.replace('app_token:', 'port: "${PORT}", app_token:'), { ...ENV, PORT: '8080' }).config.slack.port).toBe(8080);
});
