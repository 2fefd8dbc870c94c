import type { Instant } from './instant.ts';
import type { RehearsedMigration } from './proof.ts';
import { unitsOf } from './plan.ts';
import { touched, type Run } from './run.ts';

/** Something that a down takes away, and the query that counts the rows that have it: one row each. Null: nobody can count it. */
export type LossQuestion = {
  /** 1-based line of the down. */
  readonly line: number;
  /** E.g. `values of leads.email_domain`, `rows of kinds`. */
  readonly what: string;
  readonly sql: string | null;
};

/** What the down of one migration would take away, from its text alone. */
export type LossQuestions = {
  readonly version: string;
  readonly name: string;
  readonly irreversible: boolean;
  readonly questions: readonly LossQuestion[];
};

/** The answer to a question: rows counted, at least so many, not there (yet), or why it is not known. */
export type LossAnswer =
  | { readonly state: 'counted' | 'at least'; readonly rows: number }
  | { readonly state: 'not there' }
  | { readonly state: 'unknown'; readonly why: string };

export type Loss = { readonly line: number; readonly what: string; readonly answer: LossAnswer };

/**
 * The price of undoing one migration. `lossless`: what comes back is what was. `lossy`: rows lose something, or may lose what is
 * written until then, or nobody can say. `irreversible`: no SQL undoes it.
 */
export type MigrationPrice = {
  readonly version: string;
  readonly name: string;
  readonly kind: 'lossless' | 'lossy' | 'irreversible';
  /** Rows that would lose something now; null when that is not known. */
  readonly rows: number | null;
  readonly losses: readonly Loss[];
  /** What the up itself takes away for good, as the rehearsal found, e.g. `the values of leads.notes do not come back`. */
  readonly gone: readonly string[];
};

/** What rolling back would cost at one moment, the migrations in the order of the plan. */
export type RunPrice = { readonly at: Instant; readonly migrations: readonly MigrationPrice[] };

/** Counted questions as a price. `rehearsed` is what the rehearsal found, null before there was one. */
export function priceOfMigration(
  counted: LossQuestions & { readonly answers: readonly LossAnswer[] },
  rehearsed: RehearsedMigration | null,
): MigrationPrice {
  const { version, name, questions, answers } = counted;
  const losses = questions.map(({ line, what }, index) => ({ line, what, answer: answers[index] ?? NOT_ASKED }));
  const gone = rehearsed?.lost ?? [];
  if (counted.irreversible || rehearsed?.down === 'irreversible' || rehearsed?.down === 'missing')
    return { version, name, kind: 'irreversible', rows: null, losses, gone };
  const nothing = losses.every(({ answer }) => answer.state === 'counted' && answer.rows === 0);
  return { version, name, kind: nothing && gone.length === 0 ? 'lossless' : 'lossy', rows: rowsOf(losses), losses, gone };
}

const NOT_ASKED: LossAnswer = { state: 'unknown', why: 'it was not counted' };

function rowsOf(losses: readonly Loss[]): number | null {
  return losses.reduce<number | null>((sum, { answer }) => {
    if (sum === null || answer.state === 'unknown') return null;
    return sum + (answer.state === 'not there' ? 0 : answer.rows);
  }, 0);
}

/** The versions that a rollback would undo now: what was begun and not undone, or the whole plan before the first write. */
export function versionsAtStake(run: Run): readonly string[] {
  const units = unitsOf(run.plan);
  const versions = run.plan.migrations.map(({ version }) => version);
  if (!touched(run)) return versions;
  return versions.filter((version) =>
    units.some((unit) => {
      const state = unit.version === version ? run.units.find((done) => done.position === unit.position)?.state : undefined;
      return state === 'announced' || state === 'begun' || state === 'applied';
    }),
  );
}

/** What the whole of it is: as bad as its worst migration. */
export function priceKind({ migrations }: Pick<RunPrice, 'migrations'>): MigrationPrice['kind'] {
  if (migrations.some(({ kind }) => kind === 'irreversible')) return 'irreversible';
  return migrations.every(({ kind }) => kind === 'lossless') ? 'lossless' : 'lossy';
}

/** The whole price in a few words, for a card and a button: `lossless`, `1,204 rows lose something`, `cannot be undone`. */
export function priceWords({ migrations }: Pick<RunPrice, 'migrations'>): string {
  const kind = priceKind({ migrations });
  if (kind === 'irreversible') return 'cannot be undone by SQL';
  if (kind === 'lossless') return 'lossless';
  const losses = migrations.flatMap((migration) => migration.losses);
  const rows = losses.reduce((sum, { answer }) => sum + ('rows' in answer ? answer.rows : 0), 0);
  const unknown = losses.some(({ answer }) => answer.state === 'unknown');
  const least = unknown || losses.some(({ answer }) => answer.state === 'at least');
  if (rows > 0) return `${least ? 'at least ' : ''}${counted(rows)} ${rows === 1 ? 'loses' : 'lose'} something`;
  if (unknown) return 'may lose data: not everything can be counted';
  if (migrations.some(({ gone }) => gone.length > 0)) return 'what the change itself removes does not come back';
  return 'loses what is written to it until then';
}

/** One line for each thing that is lost, e.g. `0008 takes away the values of leads.email_domain: 1,204 rows have one now`. */
export function priceLines({ migrations }: RunPrice): readonly string[] {
  return migrations.flatMap(({ version, kind, losses, gone }) => [
    ...(kind === 'irreversible' ? [`${version} cannot be undone by SQL`] : []),
    ...losses.flatMap(({ what, answer }) => lossLine(version, what, answer)),
    ...gone.map((sentence) => `${version}: ${sentence}`),
  ]);
}

function lossLine(version: string, what: string, answer: LossAnswer): readonly string[] {
  switch (answer.state) {
    case 'counted':
      return answer.rows === 0 ? [] : [`${version} takes away ${what}: ${counted(answer.rows)} now`];
    case 'at least':
      return [`${version} takes away ${what}: more than ${counted(answer.rows)} now`];
    case 'not there':
      return [`${version} will take away ${what}: whatever is written there by then`];
    case 'unknown':
      return [`${version} takes away ${what}: not counted, ${answer.why}`];
  }
}

function counted(rows: number): string {
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
}
