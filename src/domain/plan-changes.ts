import { describeTestChanges } from './application-tests.ts';
import { describeLineChanges } from './checklist.ts';
import { canonical } from './digest.ts';
import type { Migration, Plan, Script, Statement } from './plan.ts';

/**
 * What changed between two readings of the migrations, in sentences for the card: e.g. `0007_lead_index.up.sql changed:
 * 1 statement edited (line 3)`. Empty when every byte and every verdict is the same. Pure.
 */
export function describeChanges(before: readonly Migration[], after: readonly Migration[]): readonly string[] {
  const old = new Map(before.map((migration) => [migration.version, migration]));
  const kept = new Set(after.map(({ version }) => version));
  const sentences = after.flatMap((migration) => {
    const was = old.get(migration.version);
    return was === undefined ? [`${titleOf(migration)} was added`] : changesOf(was, migration);
  });
  const removed = before.filter(({ version }) => !kept.has(version)).map((migration) => `${titleOf(migration)} was removed`);
  return [...sentences, ...removed];
}

/** Everything else that a digest covers, and how its change reads on the card. */
const RULES: readonly { readonly part: keyof Plan; readonly sentence: string }[] = [
  { part: 'fingerprint', sentence: 'The live schema changed.' },
  { part: 'identity', sentence: 'The server is another one, or another version, than at planning.' },
  { part: 'appliedVersions', sentence: 'Other migrations are applied than at planning.' },
  { part: 'appliedValidations', sentence: 'A validation of an applied migration changed.' },
  { part: 'window', sentence: 'The peak hours or the freezes changed in the configuration.' },
  { part: 'thresholds', sentence: 'A threshold changed in the configuration.' },
  { part: 'timing', sentence: 'A duration of the rules changed in the configuration.' },
  { part: 'quorum', sentence: 'The number of approvals changed in the configuration.' },
  { part: 'runbook', sentence: 'The runbook is another version.' },
];

/** What changed around the files: schema, server, configuration. Empty when nothing did. Pure. */
export function describeRuleChanges(before: Plan, after: Plan): readonly string[] {
  const rules = RULES.filter(({ part }) => canonical(before[part]) !== canonical(after[part])).map(({ sentence }) => sentence);
  return [...rules, ...describeLineChanges(before, after), ...describeTestChanges(before, after)];
}

const titleOf = ({ version, name }: Migration) => `${version}_${name}`;

function changesOf(was: Migration, is: Migration): readonly string[] {
  const up = upChange(was, is);
  return [
    ...(was.name === is.name ? [] : [`${titleOf(was)} was renamed to ${titleOf(is)}`]),
    ...(up === null ? judgedDifferently(was, is) : [up]),
    ...scriptChange(was.down, is.down),
    ...scriptChange(was.validate, is.validate),
  ];
}

function upChange(was: Migration, is: Migration): string | null {
  if (was.up.sha256 === is.up.sha256) return null;
  return `${fileOf(is.up)} changed: ${statementChanges(was.statements, is.statements)}`;
}

/** Statements that differ between the equal ones at the start and at the end, with the line of the first. */
function statementChanges(was: readonly Statement[], is: readonly Statement[]): string {
  const shorter = Math.min(was.length, is.length);
  let start = 0;
  while (start < shorter && was[start]?.sql === is[start]?.sql) start += 1;
  let end = 0;
  while (end < shorter - start && was.at(-1 - end)?.sql === is.at(-1 - end)?.sql) end += 1;
  const [less, more] = [was.length - start - end, is.length - start - end];
  const backfill = is.find(
    (statement, index) => was.length === is.length && (statement.backfill === undefined) !== (was[index]?.backfill === undefined),
  );
  if (less === 0 && more === 0) return backfill === undefined ? 'only comments or spacing' : `how a statement runs (line ${backfill.line})`;
  const edited = Math.min(less, more);
  const parts = [
    ...(edited > 0 ? [`${counted(edited)} edited`] : []),
    ...(more > edited ? [`${counted(more - edited)} added`] : []),
    ...(less > edited ? [`${counted(less - edited)} removed`] : []),
  ];
  const line = more > 0 ? is[start]?.line : was[start]?.line;
  return `${parts.join(', ')} (${more > 0 ? '' : 'was '}line ${line})`;
}

const counted = (count: number) => `${count} statement${count === 1 ? '' : 's'}`;

/** The same bytes, another verdict: the server is another version, or the live schema changed. */
function judgedDifferently(was: Migration, is: Migration): readonly string[] {
  const other = is.statements.find((statement, index) => canonical(statement) !== canonical(was.statements[index] ?? null));
  return other === undefined ? [] : [`${fileOf(is.up)} is judged differently (line ${other.line})`];
}

function scriptChange(was: Script | null, is: Script | null): readonly string[] {
  if (was === null) return is === null ? [] : [`${fileOf(is)} was added`];
  if (is === null) return [`${fileOf(was)} was removed`];
  return was.sha256 === is.sha256 ? [] : [`${fileOf(is)} changed`];
}

const fileOf = ({ path }: Script) => path.slice(path.lastIndexOf('/') + 1);
