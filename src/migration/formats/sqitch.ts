import { createHash } from 'node:crypto';
import type { Script } from '../../domain/plan.ts';
import { problemAt, problemOf } from '../problem.ts';
import type { Arranged, Change, MigrationFormat, Misplaced } from './format.ts';
import { readPlan, type Planned } from './sqitch-plan.ts';

const CONF = 'sqitch.conf';
const PLAN = 'sqitch.plan';

/**
 * Sqitch: sqitch.plan gives the order, deploy/, revert/ and verify/ the scripts; a reworked change keeps its first text as `name@tag`.
 * A verify passes when it raises nothing. Refuses a change without its deploy script and a script that the plan does not name.
 */
export const sqitchFormat: MigrationFormat = {
  name: 'sqitch',
  reads: (path) => path.endsWith('.sql') || path === PLAN || path.endsWith(`/${PLAN}`) || path === CONF,
  arrange,
  checksums: (bytes) => [createHash('sha1').update(bytes).digest('hex')],
};

function arrange(scripts: readonly Script[]): Arranged {
  const top = topOf(scripts.find(({ path }) => path === CONF)?.text ?? '');
  const plan = scripts.find(({ path }) => path === `${top}${PLAN}`) ?? scripts.find(({ path }) => path === PLAN);
  if (plan === undefined)
    return { changes: [], problems: [problemOf(PLAN, 'is not there. Name the folder that has it as the folder of migrations.')] };
  const { changes: planned, problems } = readPlan(plan);
  const found: Misplaced[] = [...problems];
  const files = new Map(scripts.map((script) => [script.path, script]));
  const changes: Change[] = [];
  for (const change of planned) {
    const read = changeOf(change, { files, top });
    if (read === null) found.push(problemAt(plan, change.offset, `has no deploy script ${top}deploy/${change.name}.sql. Add it.`));
    else changes.push(read);
  }
  const used = new Set(changes.flatMap(({ up, down, validate }) => [up.path, down?.path, validate?.path]));
  for (const { path } of scripts) {
    if (path.endsWith('.sql') && !used.has(path))
      found.push(problemOf(path, `is named by no change of ${plan.path}. Add the change, or remove this file.`));
  }
  return { changes, problems: found };
}

/** Where the three folders lie below the directory: `top_dir` of the settings, with its slash. */
function topOf(conf: string): string {
  const dir = /^\s*top_dir\s*=\s*(?<dir>\S+)/m.exec(conf)?.groups?.['dir'] ?? '.';
  const clean = dir.replace(/^\.\/?/, '').replace(/\/$/, '');
  return clean === '' ? '' : `${clean}/`;
}

function changeOf(planned: Planned, { files, top }: { files: ReadonlyMap<string, Script>; top: string }): Change | null {
  const names = planned.reworked ? planned.tags.map((tag) => `${planned.name}@${tag}`) : [planned.name];
  const script = (folder: string): Script | null =>
    names.map((name) => files.get(`${top}${folder}/${name}.sql`)).find((found) => found !== undefined) ?? null;
  const up = script('deploy');
  if (up === null) return null;
  const version = planned.instance === 1 ? planned.name : `${planned.name}@${planned.instance}`;
  return { version, name: slug(planned.note), up, down: script('revert'), validate: script('verify'), verifies: true };
}

/** A note as the name of a migration: it may be any sentence. */
function slug(note: string): string {
  const words = note.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_');
  return words.replace(/^_+/, '').slice(0, 40).replace(/_+$/, '') || 'change';
}
