import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig, type Loaded } from '../../src/config/load.ts';

/** Variables that the settings below use. */
export const ENV = {
  LEDGER: 'postgresql://offpeak:ledger-password@ledger.internal/offpeak',
  ACME: 'postgresql://offpeak:acme-password@db.internal/acme',
  SCRATCH: 'postgresql://offpeak:scratch-password@scratch.internal/postgres',
  BOT: 'xoxb-bot-secret',
  APP: 'xapp-app-secret',
} as const;

/** The least that is accepted. */
export const LEAST = `ledger: \${LEDGER}
runbook: { version: "1.0", owner: Database Team }
slack: { channel: "#deployments", bot_token: "\${BOT}", app_token: "\${APP}" }
people:
  - { id: U0MAYA, name: "@maya", roles: [requester, operator] }
  - { id: U0NOAH, name: noah, roles: [approver] }
  - { id: U0LENA, name: lena, roles: [approver] }
default_target: production
targets:
  production:
    database: \${ACME}
    scratch: \${SCRATCH}
    zone: Europe/Berlin
    application: { health: http://acme.internal/health, metrics: http://acme.internal/metrics }
`;

/** A directory of its own that goes away after the test. */
export function directory(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'offpeak-config-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

/** The settings as loaded from an offpeak.yaml with this text. */
export function load(yaml: string, env: Readonly<Record<string, string>> = ENV): Loaded {
  return loadConfig({ cwd: directory({ 'offpeak.yaml': yaml }), env });
}

/** The mistakes as `line:column key: message`. */
export function mistakes(yaml: string, env: Readonly<Record<string, string>> = ENV): readonly string[] {
  const loaded = load(yaml, env);
  if (loaded.ok) return [];
  return loaded.mistakes.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`);
}
