import { matchesGlob } from 'node:path';
import { describe, expect, test } from 'vitest';
import { JUDGING_SOURCES, programIdentity } from '../../../src/migration/cache/identity.ts';
import { importsOf } from '../../architecture/imports.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;

/** Every module of ours that these import, over others too. */
function reachedFrom(starts: readonly string[]): ReadonlySet<string> {
  const { edges } = importsOf(ROOT, ['src']);
  const reached = new Set<string>();
  const queue = [...starts];
  for (let from = queue.pop(); from !== undefined; from = queue.pop()) {
    if (reached.has(from)) continue;
    reached.add(from);
    queue.push(...edges.filter((edge) => edge.from === from && edge.to.startsWith('src/')).map(({ to }) => to));
  }
  return reached;
}

describe('the identity of the judging program', () => {
  test('covers every source that a verdict can depend on', () => {
    const reached = [...reachedFrom(['src/migration/lint-files.ts'])];
    expect(reached.length).toBeGreaterThan(40);
    expect(reached.filter((path) => !JUDGING_SOURCES.some((pattern) => matchesGlob(path, `src/${pattern}`)))).toEqual([]);
  });

  test('is the same at every call', () => {
    expect(programIdentity()).toMatch(/^[0-9a-f]{64}$/);
    expect(programIdentity()).toBe(programIdentity());
  });
});
