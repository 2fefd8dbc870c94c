import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compressionOf, type BackupForm } from '../../../src/domain/backup-form.ts';
import { restored, type Backup } from '../../../src/domain/proof.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { BackupTool } from '../../../src/ports.ts';
import { inventory } from '../../../src/target/backup/files.ts';
import { postgresBackups } from '../../../src/target/backup/postgres-backups.ts';
import { backupStage, never, type BackupStage } from './stage.ts';

/** Two tables alike in shape and size, so that one could be taken for the other. */
const SCHEMA = `
  create table east (id int primary key, email text); insert into east select n, md5(n::text) from generate_series(1, 2000) n;
  create table west (id int primary key, email text); insert into west select n, md5('w' || n) from generate_series(1, 2000) n;`;

function form(layout: BackupForm['layout'], packing: string): BackupForm {
  return { layout, jobs: 2, compression: compressionOf(packing) ?? { method: 'none', level: null } };
}
const FORMS: readonly (readonly [string, BackupForm])[] = [
  ['custom-packed', form('custom', 'gzip:1')],
  ['custom-plain', form('custom', 'none')],
  ['directory-packed', form('directory', 'gzip:1')],
  ['directory-plain', form('directory', 'none')],
];

let stage: BackupStage;
let plan: Plan;
let tried = 0;
let accepted = 0;

beforeAll(async () => {
  stage = await backupStage(SCHEMA);
  plan = await stage.plan([]);
});

afterAll(async () => {
  await stage.end();
});

/** The sentence with which a damaged backup is refused; counts it, and one that is accepted too. */
async function verdictOn(backup: Backup, backups: BackupTool = stage.backups): Promise<string> {
  const proof = await backups.prove({ backup, plan, signal: never });
  tried += 1;
  if (restored(proof)) accepted += 1;
  return proof.restoreError;
}

const flipped = (bytes: Buffer, at: number, bit = 0): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
};
/** So many places, evenly over the length, the first and the last byte among them. */
const places = (length: number, count: number) =>
  Array.from({ length: count }, (_, index) => Math.floor((index / (count - 1)) * (length - 1)));

describe.each(FORMS)('T6 %s: damaged after it was written', (name, chosen) => {
  let backup: Backup;
  let files: readonly string[];
  beforeAll(async () => {
    backup = await postgresBackups({ ...stage.options, form: chosen }).take({ id: name, signal: never });
    const there = await stat(backup.path);
    files = there.isDirectory() ? (await readdir(backup.path)).map((file) => join(backup.path, file)) : [backup.path];
  });

  /** Refuses each damage and puts the file right again. */
  async function eachDamage(file: string, damaged: Iterable<Buffer>): Promise<readonly string[]> {
    const whole = await readFile(file);
    const verdicts: string[] = [];
    for (const bytes of damaged) {
      await writeFile(file, bytes);
      verdicts.push(await verdictOn(backup));
    }
    await writeFile(file, whole);
    return verdicts;
  }

  it('sound, it is accepted: the other cases could fail', async () => {
    expect(await stage.backups.prove({ backup, plan, signal: never })).toMatchObject({ restoreError: '', rows: 4000 });
  });

  it('cut off at 100 lengths, empty among them', async () => {
    for (const file of files) {
      const whole = await readFile(file);
      const lengths = [...new Set(places(whole.length, Math.ceil(100 / files.length)))];
      const verdicts = await eachDamage(
        file,
        lengths.map((length) => whole.subarray(0, length)),
      );
      expect(verdicts).toEqual(lengths.map((length) => expect.stringContaining(`has ${length} bytes where ${whole.length} were written`)));
    }
  });

  it('a bit flipped at 200 places: header, table of contents, data', async () => {
    for (const file of files) {
      const whole = await readFile(file);
      const at = places(whole.length, Math.ceil(200 / files.length));
      const verdicts = await eachDamage(
        file,
        at.map((place, index) => flipped(whole, place, index % 8)),
      );
      expect(verdicts).toEqual(at.map(() => expect.stringContaining('SHA-256 differs')));
    }
  });

  it('longer, missing, or somebody else', async () => {
    const [file = ''] = files;
    const whole = await readFile(file);
    expect(await eachDamage(file, [Buffer.concat([whole, Buffer.from('\0')])])).toEqual([expect.stringContaining('bytes where')]);
    await rename(file, `${file}.away`);
    expect(await verdictOn(backup)).toMatch(/is not there any more|was not written by the dump/);
    await symlink(`${file}.away`, file);
    expect(await verdictOn(backup)).toMatch(/is not a file|was not written by the dump|is not there any more/);
    await rm(file);
    await mkdir(file);
    expect(await verdictOn(backup)).toMatch(/is not a file|was not written by the dump|is not there any more/);
    await rm(file, { recursive: true });
    await rename(`${file}.away`, file);
  });

  it('a bit flipped at 50 places of its manifest', async () => {
    const manifest = join(stage.directory, `${name}.json`);
    const whole = await readFile(manifest);
    const verdicts = await eachDamage(
      manifest,
      places(whole.length, 50).map((place, index) => flipped(whole, place, index % 8)),
    );
    expect(verdicts).toEqual(verdicts.map(() => expect.stringMatching(/missing or damaged|not the one that was written/)));
  });

  it("another backup's manifest, and another backup's dump", async () => {
    const other = await postgresBackups({ ...stage.options, form: chosen }).take({ id: `${name}-2`, signal: never });
    const manifest = join(stage.directory, `${name}.json`);
    const foreign = (await readFile(join(stage.directory, `${name}-2.json`), 'utf8')).replaceAll(`"${name}-2"`, `"${name}"`);
    expect(await eachDamage(manifest, [Buffer.from(foreign)])).toEqual([expect.stringContaining('not the one that was written')]);
    await rename(backup.path, `${backup.path}.away`);
    await cp(other.path, backup.path, { recursive: true });
    expect(await verdictOn(backup)).toMatch(/SHA-256 differs|bytes where/);
    await rm(backup.path, { recursive: true });
    await rename(`${backup.path}.away`, backup.path);
  });

  it('sound again, it is accepted again', async () => {
    expect(restored(await stage.backups.prove({ backup, plan, signal: never }))).toBe(true);
  });
});

describe('T6 damaged before it was written down: manifest and record fit, and only the restore can tell', () => {
  let number = 0;

  /** Damages a copy of a backup, and writes a manifest and a record for what is there now. */
  async function recorded(name: string, damage: (path: string) => Promise<void>): Promise<string> {
    number += 1;
    const id = `fits-${number}`;
    const manifest = JSON.parse(await readFile(join(stage.directory, `${name}.json`), 'utf8')) as { backup: Backup; files?: unknown };
    const path = join(stage.directory, manifest.files === undefined ? `${id}.dump` : id);
    await cp(manifest.backup.path, path, { recursive: true });
    await damage(path);
    const { bytes, sha256, files } = await inventory(path, never);
    const backup = { ...manifest.backup, id, path, bytes, sha256 };
    const text = JSON.stringify({ ...manifest, backup, ...(files === null ? {} : { files }) });
    await writeFile(join(stage.directory, `${id}.json`), text);
    const verdict = await verdictOn({ ...backup, manifestSha256: createHash('sha256').update(text).digest('hex') });
    await rm(path, { recursive: true });
    return verdict;
  }

  const cuts = [0, 0.001, 0.1, 0.35, 0.6, 0.85, 0.999];
  it.each(['custom-packed', 'custom-plain'])('%s cut off: pg_restore or the contents refuse it (F15, F16, M2)', async (name) => {
    for (const share of cuts) {
      const verdict = await recorded(name, async (path) => {
        const whole = await readFile(path);
        await writeFile(path, whole.subarray(0, Math.floor(whole.length * share)));
      });
      expect(verdict, `cut at ${share}`).toMatch(/pg_restore ended with 1|restored copy is not the target|restored schema is not/);
    }
  });

  /** The files of the two tables, the larger ones. */
  async function dataFiles(path: string): Promise<readonly string[]> {
    const names = (await readdir(path)).filter((name) => name !== 'toc.dat');
    const sized = await Promise.all(names.map(async (name) => ({ file: join(path, name), bytes: (await stat(join(path, name))).size })));
    return sized.toSorted((a, b) => b.bytes - a.bytes).map(({ file }) => file);
  }

  it.each(['directory-packed', 'directory-plain'])('%s with a file cut off, emptied or lost', async (name) => {
    for (const share of [0, 0.3, 0.9]) {
      const verdict = await recorded(name, async (path) => {
        const [file = ''] = await dataFiles(path);
        const whole = await readFile(file);
        await writeFile(file, whole.subarray(0, Math.floor(whole.length * share)));
      });
      expect(verdict, `cut at ${share}`).toMatch(/pg_restore ended with 1|restored copy is not the target/);
    }
    for (const lost of ['data', 'toc.dat'])
      expect(await recorded(name, async (path) => rm(lost === 'data' ? ((await dataFiles(path))[0] ?? '') : join(path, lost)))).toContain(
        'pg_restore ended with 1',
      );
  });

  it.each(['directory-packed', 'directory-plain'])('%s with the files of two tables exchanged: the values tell', async (name) => {
    const verdict = await recorded(name, async (path) => {
      const [one = '', two = ''] = await dataFiles(path);
      await rename(one, `${one}.away`);
      await rename(two, one);
      await rename(`${one}.away`, two);
    });
    expect(verdict).toMatch(/(east|west) has its 2000 rows with other values/);
  });

  it('packed with a flipped bit in its data: the unpacking fails', async () => {
    for (const share of [0.4, 0.6, 0.8])
      expect(
        await recorded('custom-packed', async (path) => {
          const whole = await readFile(path);
          await writeFile(path, flipped(whole, Math.floor(whole.length * share)));
        }),
      ).toMatch(/pg_restore ended with 1|restored copy is not the target/);
  });

  it('unpacked with a flipped bit in a value, which restores without an error: the checksum tells (F19)', async () => {
    for (const at of [1, 500, 1500, 2000]) {
      const value = createHash('md5').update(String(at)).digest('hex');
      const verdict = await recorded('custom-plain', async (path) => {
        const whole = await readFile(path);
        const place = whole.indexOf(value);
        expect(place).toBeGreaterThan(0);
        await writeFile(path, flipped(whole, place + 3));
      });
      expect(verdict).toContain('east has its 2000 rows with other values');
    }
  });

  it('a dump of another database: its rows are not those of the snapshot', async () => {
    const other = await backupStage(
      'create table east (id int primary key, email text); create table west (id int primary key, email text)',
    );
    const foreign = await other.backups.take({ id: 'foreign', signal: never });
    const verdict = await recorded('custom-packed', async (path) => cp(foreign.path, path));
    await other.end();
    expect(verdict).toContain('east has 0 rows instead of 2000');
  });
});

it('a manifest that is missing or not readable proves nothing', async () => {
  const sound = (await stage.backups.list()).find(({ id }) => id === 'custom-packed');
  if (sound === undefined) throw new Error('no backup');
  const bare = { ...sound, id: 'bare', path: join(stage.directory, 'bare.dump') };
  await cp(sound.path, bare.path);
  const missing = await verdictOn(bare);
  await writeFile(join(stage.directory, 'bare.json'), '{"format":1');
  expect([missing, await verdictOn(bare)]).toEqual(Array(2).fill('The manifest of backup bare is missing or damaged. Take a new backup.'));
  expect((await stage.backups.list()).map(({ id }) => id)).not.toContain('bare');
});

it('a backup of another server or database is not this plan’s', async () => {
  const sound = (await stage.backups.list()).find(({ id }) => id === 'custom-packed');
  const elsewhere = { ...plan, identity: { ...plan.identity, systemIdentifier: '7000000000000000000' } };
  if (sound === undefined) throw new Error('no backup');
  expect((await stage.backups.prove({ backup: sound, plan: elsewhere, signal: never })).restoreError).toContain(
    'another server or database',
  );
});

it('T6 at least 900 damaged backups were tried, and none was accepted', async () => {
  expect({ enough: tried >= 900, tried, accepted }).toEqual({ enough: true, tried, accepted: 0 });
  expect(await stage.scratchDatabases()).toEqual([]);
});
