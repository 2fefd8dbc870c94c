import { shortDigest } from '../domain/digest.ts';
import type { Script } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';

/** A file for the thread of a card. */
export type SqlFile = {
  readonly name: string;
  readonly title: string;
  /** The sentence above it, which is all that a screen reader gets. */
  readonly says: string;
  readonly content: string;
};

/** All SQL of a plan in one file, named by what is approved: `offpeak-42-1f0c9a3be2d4.sql`. Nothing is cut; a modal shows less (R2). */
export function sqlFile(run: Pick<Run, 'number' | 'digest' | 'plan'>): SqlFile {
  const digest = shortDigest(run.digest);
  const scripts = run.plan.migrations.flatMap(({ up, down, validate }) =>
    [up, down, validate].filter((script): script is Script => script !== null),
  );
  const head = `-- Run #${run.number} on ${run.plan.target}, digest ${run.digest}\n-- For reading: the program executes its own copies, one statement at a time.\n`;
  const parts = scripts.map(({ path, sha256, text }) => `\n-- ===== ${path} (sha256 ${sha256})\n\n${text.trimEnd()}\n`);
  return {
    name: `offpeak-${run.number}-${digest}.sql`,
    title: `SQL of run #${run.number}, digest ${digest}`,
    says: `The SQL of run #${run.number} on ${run.plan.target}, exactly as it is put before the approvers: digest ${digest}.`,
    content: [head, ...parts].join(''),
  };
}
