import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fileStore } from '../../../src/migration/cache/store.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offpeak-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes one entry as a run before would have. */
function keep(path: string, value = '1'): void {
  const store = fileStore(path, 'me');
  store.set('key', value);
  store.save();
}

describe('a store in a file', () => {
  test('has what an earlier process kept, for the owner alone', () => {
    const path = join(aFolder(), 'deep', 'a');
    keep(path);
    expect(fileStore(path, 'me').get('key')).toBe('1');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['a']);
  });

  test('is empty for another program, and that one may write its own', () => {
    const path = join(aFolder(), 'a');
    keep(path);
    const other = fileStore(path, 'other');
    expect(other.get('key')).toBeUndefined();
    other.set('key', '2');
    other.save();
    expect(fileStore(path, 'other').get('key')).toBe('2');
  });

  test('believes no file that others may write', () => {
    const path = join(aFolder(), 'a');
    keep(path);
    chmodSync(path, 0o666);
    expect(fileStore(path, 'me').get('key')).toBeUndefined();
  });

  test('stops nobody where nothing can be read or written', () => {
    const folder = aFolder();
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'file'), '');
    for (const path of [join(folder, 'a'), join(folder, 'file', 'b')]) {
      const store = fileStore(path, 'me');
      expect(store.get('key')).toBeUndefined();
      store.set('key', '1');
      expect(store.get('key')).toBe('1');
      store.save();
    }
  });

  test('leaves no draft behind when it cannot be put in its place', () => {
    const folder = aFolder();
    mkdirSync(join(folder, 'a', 'full'), { recursive: true });
    keep(join(folder, 'a'));
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('writes nothing when nothing is new', () => {
    const path = join(aFolder(), 'a');
    keep(path);
    utimesSync(path, 1, 1);
    const store = fileStore(path, 'me');
    store.get('key');
    store.save();
    expect(statSync(path).mtimeMs).toBe(1_000);
  });

  test('forgets the files that were not written for longest, beyond sixty-four', () => {
    const folder = aFolder();
    for (let n = 0; n < 66; n += 1) {
      writeFileSync(join(folder, `old${n}`), '');
      utimesSync(join(folder, `old${n}`), n, n);
    }
    keep(join(folder, 'new'));
    const names = readdirSync(folder);
    expect(names).toHaveLength(64);
    expect(names).toContain('new');
    expect(names.filter((name) => /^old[012]$/.test(name))).toEqual([]);
  });
});
