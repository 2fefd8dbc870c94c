import { shortDigest } from '../domain/digest.ts';
import type { Script } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import { runName } from './render/state-words.ts';

/** A file for the thread of a card. */
export type SqlFile = {
  readonly name: string;
  readonly title: string;
  readonly content: string;
  /** The sentence of the message it comes with (R11). */
  readonly says: string;
};

/** All SQL of a plan in one file, named by what is approved: `offpeak-42-1f0c9a3be2d4.sql`. Nothing is cut; a modal shows less (R2). */
export function sqlFile(run: Pick<Run, 'number' | 'digest' | 'plan' | 'target'>): SqlFile {
  const digest = shortDigest(run.digest);
  const scripts = run.plan.migrations.flatMap(({ up, down, validate }) =>
    [up, down, validate].filter((script): script is Script => script !== null),
  );
  const head = `-- Run #${run.number} on ${run.plan.target}, digest ${run.digest}\n-- For reading: the program executes its own copies, one statement at a time.\n`;
  const parts = scripts.map(({ path, sha256, text }) => `\n-- ===== ${path} (sha256 ${sha256})\n\n${text.trimEnd()}\n`);
  return {
    name: `offpeak-${run.number}-${digest}.sql`,
    title: `SQL of run #${run.number}, digest ${digest}`,
    content: [head, ...parts].join(''),
    says: `SQL of run ${runName(run)}, digest ${digest}: what an approval of it approves.`,
  };
}
