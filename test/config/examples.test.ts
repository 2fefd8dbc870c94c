import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { expect, test } from 'vitest';
import { VARIABLES } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import { knownKeys } from '../../src/config/schema.ts';
import { directory } from './workplace.ts';

const root = join(import.meta.dirname, '../..');
const yaml = readFileSync(join(root, 'offpeak.example.yaml'), 'utf8');
const dotenv = readFileSync(join(root, '.env.example'), 'utf8');

/** What is written as a comment written as a setting; the list of example freezes stays one. */
function uncommented(text: string): string {
  return text.replaceAll(/^(\s*)# ([a-z_]+:|  [a-z0-9_]+:)/gm, '$1$2').replaceAll(/^( +)# (  - )/gm, '$1$2');
}

test('both examples, copied as they are, are a configuration', () => {
  const cwd = directory({ 'offpeak.yaml': yaml, '.env': dotenv });
  expect(loadConfig({ cwd, env: {} })).toMatchObject({ ok: true, config: { user: 'maya', defaultTarget: 'production' } });
});

/** What `.env.example` leaves empty, filled in. */
const UNSET = {
  ...Object.fromEntries([...dotenv.matchAll(/^# ([A-Z_]+(?:TOKEN|KEY|SECRET))=/gm)].map(([, name]) => [name ?? '', 'a-secret'.repeat(4)])),
  // Point-in-time recovery wants the database of its own project.
  ACME_DATABASE_URL: 'postgresql://postgres:secret@db.abcdefghijklmnop.supabase.co/postgres',
  ANALYTICS_DATABASE_URL: 'postgresql://reader@analytics.internal/events',
};

test('what the example has commented out is the default', () => {
  const full = uncommented(yaml).replaceAll(/^ *staging(_run)?:.*$/gm, '');
  const before = loadConfig({ cwd: directory({ 'offpeak.yaml': yaml, '.env': dotenv }), env: {} });
  const after = loadConfig({ cwd: directory({ 'offpeak.yaml': full, '.env': dotenv }), env: UNSET });
  if (!before.ok || !after.ok) throw new Error(JSON.stringify([before, after]));
  expect({ ...after.config, file: '', targets: [], api: null }).toEqual({ ...before.config, file: '', targets: [] });
  expect(after.config.api).toEqual({ host: '127.0.0.1', port: 3300 });
  const [was, is] = [before.config.targets.get('production'), after.config.targets.get('production')];
  // The band counts only where the reading is named, which is no default.
  const thresholds = { ...was?.thresholds, activityBand: 0.5 };
  expect({ ...is, migrations: '', backup: null }).toEqual({ ...was, thresholds, migrations: '', backup: null });
  const { readings, hooks } = after.secrets.targets.get('production') ?? {};
  expect(after.secrets.targets.get('production')?.pointInTime?.supabase.project).toBe('abcdefghijklmnop');
  expect(Object.keys(readings ?? {})).toEqual(knownKeys(['targets', 'x', 'readings']));
  expect(hooks?.map(({ name }) => name)).toEqual(['smoke', 'health-checks']);
});

test('every freeze of the example is one', () => {
  const freezes = [...yaml.matchAll(/^# {3}(- \{ .*)$/gm)].map(([, written = '']) => `  ${written}\n`);
  expect(freezes.length).toBe(5);
  const text = yaml.replace('# freezes: []\n\n', `freezes:\n${freezes.join('')}\n`);
  const loaded = loadConfig({ cwd: directory({ 'offpeak.yaml': text, '.env': dotenv }), env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  expect(loaded.config.targets.get('production')?.window.freezes).toHaveLength(5);
});

test('the example names every setting', () => {
  const written = [...yaml.matchAll(/([a-z][a-z0-9_]*):(?=\s|$)/gm)].map(([, key]) => key);
  const paths = [
    [],
    ['runbook'],
    ['slack'],
    ['approvals'],
    ['targets', 'x'],
    ['people', 0],
    ['api'],
    ['api', 'tokens', 0],
    ['targets', 'x', 'hooks', 0],
  ];
  const within = ['peak', 'backup', 'staging_run', 'application', 'evidence', 'limits', 'readings'].map((key) => ['targets', 'x', key]);
  const known = [...paths, ...within].flatMap((path) => knownKeys(path));
  expect(known.length).toBeGreaterThan(45);
  expect(known.filter((key) => !written.includes(key) && key !== 'api_url')).toEqual([]);
});

test('.env.example lists exactly the variables that the program and the example settings read', () => {
  const listed = Object.keys(parse(dotenv.replaceAll(/^# ([A-Z_]+=)/gm, '$1'))).sort();
  const used = [...yaml.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name ?? '').filter((name) => name !== 'NAME');
  expect(listed).toEqual([...new Set([...used, ...VARIABLES])].sort());
});
