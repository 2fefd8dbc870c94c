import { describe, expect, it } from 'vitest';
import { ENV, LEAST, load, mistakes } from './workplace.ts';

/** The backup settings of the target as they are used. */
function backupOf(settings: string) {
  const loaded = load(`${LEAST}    backup: ${settings}\n`);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.config.targets.get('production')?.backup;
}

describe('R40 backup of a target', () => {
  it.each([
    ['{}', { form: { layout: 'custom', jobs: 1, compression: { method: 'gzip', level: 1 } }, keep: null, tools: null }],
    ['{ format: directory }', { form: { layout: 'directory', jobs: 2, compression: { method: 'gzip', level: 1 } } }],
    [
      '{ format: directory, jobs: 4, compression: "zstd:3", keep: { days: 30, count: 10 } }',
      { form: { layout: 'directory', jobs: 4, compression: { method: 'zstd', level: 3 } }, keep: { days: 30, count: 10 } },
    ],
    ['{ compression: none }', { form: { layout: 'custom', jobs: 1, compression: { method: 'none', level: null } } }],
  ])('%s', (settings, expected) => {
    expect(backupOf(settings)).toMatchObject(expected);
  });

  it.each([
    ['{ format: plain }', '15:15 targets.production.backup.format: must be one of custom, directory.'],
    ['{ jobs: 2 }', '15:15 targets.production.backup.jobs: needs format: directory. One archive file is written by one session.'],
    ['{ format: directory, jobs: 0 }', '15:34 targets.production.backup.jobs: "0" is no whole number of at least 1.'],
    [
      '{ compression: "gzip:11" }',
      '15:15 targets.production.backup.compression: "gzip:11" is no compression. Write none, gzip:1 to gzip:9, or from PostgreSQL 16 on lz4:1 to lz4:12 or zstd:1 to zstd:22.',
    ],
    ['{ keep: { days: 30 } }', '15:15 targets.production.backup.keep.count: is missing.'],
    ['{ keep: { days: 30, number: 3, count: 3 } }', '15:33 targets.production.backup.keep.number: is no setting. Known here: days, count.'],
  ])('%s is a mistake with its place', (settings, mistake) => {
    expect(mistakes(`${LEAST}    backup: ${settings}\n`)).toEqual([mistake]);
  });
});

const S3 = '{ endpoint: https://s3.internal, bucket: dumps, access_key: "${KEY}", secret_key: "${SECRET}" }';
const KEYS = { ...ENV, KEY: 'AKIA-not-to-be-shown', SECRET: 'not-to-be-shown-either' };

it('M18 the keys of the object store are kept apart from what may be printed (invariant 9)', () => {
  const loaded = load(`${LEAST}    backup: { store: { s3: ${S3} } }\n`, KEYS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  expect(loaded.config.targets.get('production')?.backup.store).toEqual({
    endpoint: 'https://s3.internal',
    bucket: 'dumps',
    region: 'auto',
    prefix: '',
  });
  expect(JSON.stringify([...loaded.config.targets, ...loaded.secrets.targets])).not.toMatch(/not-to-be-shown/);
  expect(loaded.secrets.targets.get('production')?.store?.secretKey.reveal()).toBe(KEYS.SECRET);
});

it('M18 a store without a bucket or a key is a mistake with its place', () => {
  expect(mistakes(`${LEAST}    backup: { store: { s3: { endpoint: s3.internal, acces_key: x, secret_key: y } } }\n`)).toEqual([
    '15:24 targets.production.backup.store.s3.bucket: is missing.',
    '15:24 targets.production.backup.store.s3.access_key: is missing.',
    '15:30 targets.production.backup.store.s3.endpoint: "s3.internal" is no address. Write http://… or https://….',
    '15:53 targets.production.backup.store.s3.acces_key: is no setting. Did you mean "access_key"?',
  ]);
});

const RECOVERY = '    backup: { point_in_time: { supabase: { project: abcdefghijklmnop, token: "${SECRET}" } } }\n';

it.each([
  'postgresql://postgres:x@db.abcdefghijklmnop.supabase.co:5432/postgres',
  'postgresql://postgres.abcdefghijklmnop:x@aws-0-eu-central-1.pooler.supabase.com:5432/postgres',
])('F61 the provider may take back the project of the target’s own database: %s', (ACME) => {
  const loaded = load(`${LEAST}${RECOVERY}`, { ...KEYS, ACME });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  expect(loaded.secrets.targets.get('production')?.pointInTime?.supabase).toMatchObject({
    project: 'abcdefghijklmnop',
    url: 'https://api.supabase.com',
  });
  expect(JSON.stringify([...loaded.config.targets, ...loaded.secrets.targets])).not.toMatch(/not-to-be-shown/);
});

it.each([
  'postgresql://postgres:x@db.ponmlkjihgfedcba.supabase.co:5432/postgres',
  'postgresql://postgres.ponmlkjihgfedcba:x@aws-0-eu-central-1.pooler.supabase.com:5432/postgres',
  'postgresql://postgres.abcdefghijklmnop:x@db.internal/postgres',
  ENV.ACME,
])('F61 and no other one, which would be taken back instead: %s', (ACME) => {
  const loaded = load(`${LEAST}${RECOVERY}`, { ...KEYS, ACME });
  expect(loaded.ok ? [] : loaded.mistakes.map(({ key, message }) => `${key}: ${message}`)).toEqual([
    expect.stringMatching(
      /^targets.production.backup.point_in_time.supabase.project: "abcdefghijklmnop" is not the project of this target/,
    ),
  ]);
});

const DIRECT = 'postgresql://postgres:x@db.abcdefghijklmnop.supabase.co:5432';
const POOLER = 'postgresql://postgres.abcdefghijklmnop:x@aws-0-eu-central-1.pooler.supabase.com:5432';
const conflictsOf = (env: Record<string, string>, more = '') => {
  const loaded = load(`${LEAST}${RECOVERY}${more}`, { ...KEYS, ...env });
  return loaded.ok ? [] : loaded.mistakes.map(({ key, message }) => `${key}: ${message}`);
};

it.each([
  [`${DIRECT}/postgres`, `${DIRECT}/offpeak`],
  [`${DIRECT}/postgres`, `${POOLER}/offpeak`],
  [`${POOLER}/postgres`, `${DIRECT.replace('5432', '6543')}/offpeak`],
])('F14 F61 nor one with the ledger on it, which would go back with it: %s, %s', (ACME, LEDGER) => {
  expect(conflictsOf({ ACME, LEDGER })).toEqual([expect.stringMatching(/supabase\.project: .*as a whole.* the ledger is on it\./)]);
});

it.each([`${DIRECT}/staging`, `${POOLER}/staging`])('F61 nor one with another target on it: %s', (STAGING) => {
  const more = LEAST.slice(LEAST.indexOf('  production:')).replace('production', 'staging').replace('${ACME}', '${STAGING}');
  expect(conflictsOf({ ACME: `${DIRECT}/postgres`, STAGING }, more)).toEqual([
    expect.stringMatching(/supabase\.project: .*as a whole.* the database of target "staging" is on it\./),
  ]);
});

it('F61 another project behind the same pooler is another server', () => {
  const LEDGER = 'postgresql://postgres.ponmlkjihgfedcba:x@aws-0-eu-central-1.pooler.supabase.com:5432/offpeak';
  expect(conflictsOf({ ACME: `${POOLER}/postgres`, LEDGER })).toEqual([]);
});
