import { expect, it } from 'vitest';
import type { ListedIssues } from '../../src/domain/new-issues.ts';
import type { Reading } from '../../src/ports.ts';
import { listNewIssues } from '../../src/worker/new-issues.ts';
import { aRunIn, evening, type Scene } from '../support/runs.ts';
import { aWatchedRun } from './a-watched-run.ts';

const AT = evening('19:02');
const NONE: ListedIssues = { issues: [], more: false };
const issue = (events: number): ListedIssues => ({ issues: [{ title: 'UndefinedColumn', events, link: null }], more: false });
const AWAY = 'Sentry answered 503.';

/** A run that lists every half minute what the source answers next, null for a source that is away; and since when it asked. */
async function listing(answers: readonly (ListedIssues | null)[], scene: Scene = 'migrating') {
  const asked: string[] = [];
  const newIssues = async (since: string): Promise<Reading<ListedIssues>> => {
    const value = answers[asked.length] ?? null;
    asked.push(since);
    return value === null ? { ok: false, why: AWAY, source: 's' } : { ok: true, value, source: 's' };
  };
  const watched = aWatchedRun(aRunIn(scene), AT, undefined, { newIssues });
  for (const _answer of answers) {
    await listNewIssues(watched.task, watched.run());
    watched.pass(30);
  }
  return { watched, asked };
}

it('R51 are asked for since the first write, and the run keeps what was listed last', async () => {
  const { watched, asked } = await listing([NONE, issue(1), issue(9)]);
  expect(new Set(asked)).toEqual(new Set([aRunIn('migrating').t0]));
  expect(watched.run().newIssues).toEqual({ listed: { ...issue(9), at: evening('19:03') }, why: '' });
});

it('R51 the same list is no news for two minutes, and then says how long nothing else was new', async () => {
  expect((await listing([NONE, NONE, NONE, NONE])).watched.reported).toHaveLength(1);
  const { watched } = await listing([NONE, NONE, NONE, NONE, NONE]);
  expect(watched.reported).toHaveLength(2);
  expect(watched.run().newIssues?.listed?.at).toBe(evening('19:04'));
});

it('F49 what cannot be listed is said once, keeps what was listed before, and is over with the next answer', async () => {
  expect((await listing([null, null])).watched.run().newIssues).toEqual({ listed: null, why: AWAY });
  const { watched } = await listing([issue(1), null, null]);
  expect(watched.reported).toHaveLength(2);
  expect(watched.run().newIssues).toMatchObject({ listed: issue(1), why: AWAY });
  expect((await listing([issue(1), null, issue(1)])).watched.run().newIssues).toMatchObject({ listed: issue(1), why: '' });
});

it('R51 nothing is asked before the first write, nor where no source lists them', async () => {
  expect((await listing([NONE], 'preparing')).asked).toEqual([]);
  const without = aWatchedRun(aRunIn('migrating'), AT);
  await listNewIssues(without.task, without.run());
  expect(without.reported).toEqual([]);
});
