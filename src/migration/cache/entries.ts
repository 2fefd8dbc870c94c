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

/** In characters: `most` a file may have, and `spare` it may have for what was not used, or twice what was when that is more. */
export type Room = { readonly most: number; readonly spare: number };

/**
 * Those of this run first, then as many of earlier ones as there is room for: a file that only grew would soon take longer to read
 * than it saves. None when this run alone is too much to keep.
 */
export function bounded(used: Entries, earlier: Entries, { most, spare }: Room): Entries {
  let size = sizeOf(used);
  if (size > most) return NOTHING;
  const limit = Math.min(most, Math.max(2 * size, spare));
  const kept = new Map(used);
  for (const [key, value] of earlier) {
    if (kept.has(key)) continue;
    size += key.length + value.length + 2;
    if (size > limit) break;
    kept.set(key, value);
  }
  return kept;
}

function sizeOf(entries: Entries): number {
  let size = 0;
  for (const [key, value] of entries) size += key.length + value.length + 2;
  return size;
}
