import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bounded, entriesOf, entriesText } from './entries.ts';
import type { Entries, Room } from './entries.ts';

/** What was computed before, by a key that names everything it was computed from. */
export type Store = {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
};

/** A store in a file. `save` writes it when something was added. */
export type FileStore = Store & { readonly save: () => void };

const MEBIBYTE = 1024 * 1024;
const ROOM: Room = { most: 16 * MEBIBYTE, spare: 4 * MEBIBYTE };
const FILES = 64;

/**
 * A store in one file, read at the first question. Whatever is wrong with the file or its folder, it is as if nothing had
 * been kept: a cache may make nobody wait and nothing fail. What a run did not use stays as long as there is room, where asked for. Two processes at once each write a whole file; one of them stays.
 */
export function fileStore(path: string, identity: string, { keepsUnused = true } = {}): FileStore {
  let earlier: Entries | undefined;
  const used = new Map<string, string>();
  let isChanged = false;
  return {
    get: (key) => {
      earlier ??= readEntries(path, identity);
      const value = used.get(key) ?? earlier.get(key);
      if (value !== undefined) used.set(key, value);
      return value;
    },
    set: (key, value) => {
      isChanged = true;
      used.set(key, value);
    },
    save: () => {
      if (!isChanged) return;
      earlier ??= readEntries(path, identity);
      attempt(() => writeEntries(path, entriesText(identity, bounded(used, (keepsUnused ? earlier : null) ?? new Map(), ROOM))));
    },
  };
}

function readEntries(path: string, identity: string): Entries {
  return attempt(() => (isOurs(path) ? entriesOf(identity, readFileSync(path, 'utf8')) : null)) ?? new Map();
}

/** A file that somebody else may have written is not believed. */
function isOurs(path: string): boolean {
  const { uid, mode, size } = statSync(path);
  const others = (mode & 0o022) !== 0;
  return size <= 4 * ROOM.most && (process.getuid === undefined || (uid === process.getuid() && !others));
}

/** Written beside and renamed, so that no reader sees half of it; for nobody else to read, because it holds SQL. */
function writeEntries(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  forgetOldest(folder);
}

function forgetOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= FILES) return;
  const aged = names.map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { path } of aged.slice(FILES)) rmSync(path, { force: true });
}

function attempt<T>(body: () => T): T | null {
  try {
    return body();
  } catch {
    return null;
  }
}
