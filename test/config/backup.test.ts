import { describe, expect, it } from 'vitest';
import { LEAST, load, mistakes } from './workplace.ts';

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
