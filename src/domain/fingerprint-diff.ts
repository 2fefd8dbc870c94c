/** What takes its columns, constraints, indexes, grants and comments along: one sentence for all. */
const PARENTS: readonly string[] = [
  'table',
  'view',
  'matview',
  'foreign table',
  'type',
  'enum',
  'domain',
  'function',
  'schema',
  'column',
  'sequence',
  'extension',
];

/** The kinds whose name has a space in it; all others end at the first one. */
const KINDS: readonly string[] = [
  'column order',
  'foreign table',
  'default privileges',
  'event trigger',
  'operator class',
  'operator family',
  'text search configuration',
  'text search dictionary',
];

const LONGEST_FACTS = 120;

type Line = { readonly kind: string; readonly name: string; readonly facts: string };

/**
 * What differs between two schema fingerprints, as sentences by class: `column leads.email_domain left` (it was not there before),
 * `index leads_email_idx lost`, `column leads.name changed: text → character varying(80)`, `enum value status 'late' left`.
 * What belongs to a table that is itself left or lost is not repeated. Empty when the schemas are equal.
 */
export function fingerprintDiff(
  before: { readonly lines: readonly string[] },
  after: { readonly lines: readonly string[] },
): readonly string[] {
  const old = byKey(before.lines);
  const now = byKey(after.lines);
  const lost = [...old].filter(([key]) => !now.has(key)).map(([, line]) => line);
  const left = [...now].filter(([key]) => !old.has(key)).map(([, line]) => line);
  const gone = [...lost, ...left].filter((line) => PARENTS.includes(line.kind));
  const changed = [...now].flatMap(([key, line]) => {
    const was = old.get(key);
    return was === undefined || was.facts === line.facts ? [] : changes(was, line);
  });
  return [
    ...lost.filter((line) => !covered(line, gone)).map((line) => `${title(line)} lost`),
    ...left.filter((line) => !covered(line, gone)).map((line) => `${title(line)} left`),
    ...changed,
  ];
}

/** Whether a sentence is only about the order of columns, which PostgreSQL cannot give back: a column that returns is the last. */
export function isOrder(sentence: string): boolean {
  return sentence.startsWith('column order of ');
}

/** A fingerprint without the order of columns, as one text to be hashed. */
export function linesInAnyOrder(lines: readonly string[]): string {
  return lines.filter((line) => !line.startsWith('column order ')).join('\n');
}

function byKey(lines: readonly string[]): ReadonlyMap<string, Line> {
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(': ')), parse(line)]));
}

function parse(line: string): Line {
  const end = line.indexOf(': ');
  const key = line.slice(0, end);
  const kind = KINDS.find((word) => key.startsWith(`${word} `)) ?? key.slice(0, key.indexOf(' '));
  return { kind, name: key.slice(kind.length + 1), facts: line.slice(end + 2) };
}

function changes(was: Line, is: Line): readonly string[] {
  if (is.kind === 'enum') return labelChanges(was, is);
  if (is.kind === 'column order') return sameOrder(was.facts, is.facts) ? [] : [`column order of ${short(is.name)} changed`];
  if (is.kind === 'grant') return [`${title(is)} changed`];
  // The body of a function is kept as its hash, which tells nobody anything.
  if (is.kind === 'function') return [`${title(is)} changed`];
  const facts = `${was.facts} → ${is.facts}`;
  if (facts.length <= LONGEST_FACTS) return [`${title(is)} changed: ${facts}`];
  const [old, now] = differingWords(was.facts, is.facts);
  return [`${title(is)} changed: ${shortened(old)} → ${shortened(now)}`];
}

/** What is left of two long texts without the words they begin and end with alike. */
function differingWords(was: string, is: string): readonly [string, string] {
  const [old, now] = [was.split(/\s+|\\n/), is.split(/\s+|\\n/)];
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const words = (all: readonly string[]) =>
    all
      .slice(start, all.length - end)
      .filter((word) => word !== '')
      .join(' ');
  return [words(old), words(now)];
}

function shortened(words: string): string {
  if (words === '') return 'nothing';
  return words.length <= LONGEST_FACTS / 2 ? words : `${words.slice(0, LONGEST_FACTS / 2)}…`;
}

function labelChanges(was: Line, is: Line): readonly string[] {
  const old: readonly string[] = JSON.parse(was.facts.replaceAll('\\\\', '\\'));
  const now: readonly string[] = JSON.parse(is.facts.replaceAll('\\\\', '\\'));
  const sentences = [
    ...old.filter((label) => !now.includes(label)).map((label) => `enum value ${short(is.name)} '${label}' lost`),
    ...now.filter((label) => !old.includes(label)).map((label) => `enum value ${short(is.name)} '${label}' left`),
  ];
  return sentences.length > 0 ? sentences : [`order of enum ${short(is.name)} changed`];
}

/** Whether the columns that both have stand in the same order: one that came or went has a sentence of its own. */
function sameOrder(was: string, is: string): boolean {
  const old = was.split(', ');
  const now = is.split(', ');
  return old.filter((column) => now.includes(column)).join() === now.filter((column) => old.includes(column)).join();
}

function covered(line: Line, gone: readonly Line[]): boolean {
  return gone.some((parent) => parent !== line && belongs(line, parent));
}

function belongs(line: Line, parent: Line): boolean {
  if (line.kind === parent.kind && line.name === parent.name) return false;
  if (line.kind === 'column order') return line.name === parent.name;
  if (line.kind === 'grant' || line.kind === 'comment') {
    const words = line.name.split(' ');
    return words.includes(parent.name) || words.some((word) => word.startsWith(`${parent.name}.`)) || line.name.endsWith(` ${parent.name}`);
  }
  if (line.kind === 'index') return parent.kind !== 'column' && new RegExp(` ON (ONLY )?${escape(parent.name)} `).test(line.facts);
  if (line.kind === 'sequence')
    return line.facts.includes(` of ${parent.name}.`) || line.facts.endsWith(` of ${parent.name}`) || parent.name === schemaOf(line);
  return line.name.startsWith(`${parent.name}.`);
}

function schemaOf(line: Line): string {
  return line.name.slice(0, line.name.indexOf('.'));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function title(line: Line): string {
  if (line.kind === 'grant') return `grants on ${short(line.name)}`;
  if (line.kind === 'comment') return `comment on ${short(line.name)}`;
  return `${line.kind} ${short(line.name)}`;
}

/** Nearly everything lives in `public`; people do not write it. */
function short(name: string): string {
  return name.replaceAll(/(^| )public\./g, '$1');
}
