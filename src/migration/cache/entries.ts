import { sha256 } from './sha.ts';

/** Texts by key, the most recently used first. Neither keys nor texts have a line break. */
export type Entries = ReadonlyMap<string, string>;

const MARK = 'offpeak-lint-cache-1';
const NOTHING: Entries = new Map();

/** Entries as the text of a file. Its first line says which program wrote it and the digest of the rest. */
export function entriesText(identity: string, entries: Entries): string {
  const body = [...entries].map(([key, value]) => `${key} ${value}\n`).join('');
  return `${MARK} ${identity} ${sha256(body)}\n${body}`;
}

/** The entries of such a text. None when another program wrote it, or when one byte of it is not as it was written. */
export function entriesOf(identity: string, text: string): Entries {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (end === -1 || text.slice(0, end) !== `${MARK} ${identity} ${sha256(body)}`) return NOTHING;
  const entries = new Map<string, string>();
  for (let from = 0; from < body.length;) {
    const until = body.indexOf('\n', from);
    const space = body.indexOf(' ', from);
    entries.set(body.slice(from, space), body.slice(space + 1, until));
    from = until + 1;
  }
  return entries;
}

/** Those of this run first, then as many of earlier ones as there is room for. None when this run alone is too much to keep. */
export function bounded(used: Entries, earlier: Entries, limit: number): Entries {
  const kept = new Map<string, string>();
  let room = limit;
  for (const [key, value] of [...used, ...earlier]) {
    if (kept.has(key)) continue;
    room -= key.length + value.length + 2;
    if (room < 0) return kept.size >= used.size ? kept : NOTHING;
    kept.set(key, value);
  }
  return kept;
}
