import type { Conflict, Outline } from './outline.ts';

/** Every name and alias of a target's hooks is one hook's alone. */
export function hooks({ targets }: Outline): readonly Conflict[] {
  return Object.entries(targets).flatMap(([name, { hooks: list }]) => {
    const found: Conflict[] = [];
    const taken = new Set<string>();
    for (const [index, hook] of list.entries()) {
      for (const called of [hook.name, ...hook.aliases]) {
        if (called === undefined) continue;
        if (taken.has(called)) found.push({ path: ['targets', name, 'hooks', index], message: `is called like another hook: ${called}.` });
        taken.add(called);
      }
    }
    return found;
  });
}

/** A moment that never comes would look like a test that is made: only a twin is ever tried out on (R14). */
export function stagingHooks({ targets }: Outline): readonly Conflict[] {
  const twins = new Set(Object.values(targets).map(({ staging }) => staging));
  return Object.entries(targets).flatMap(([name, { hooks: list }]) =>
    list.flatMap((hook, index) => {
      const at = hook.when.indexOf('staging');
      if (at < 0 || twins.has(name)) return [];
      const message =
        `would never come for the hook "${hook.name ?? index}": no target has staging: ${name}, so nothing is tried out on "${name}". ` +
        'Move the hook to the twin, name this target as the twin of another, or take "staging" out of when.';
      return [{ path: ['targets', name, 'hooks', index, 'when', at], message }];
    }),
  );
}

/** A test hook that no test is called like would never run, and a test twice would be one (R61–R64). */
export function applicationTests({ targets }: Outline): readonly Conflict[] {
  return Object.entries(targets).flatMap(([name, { application_tests: tests, hooks: list }]) => [
    ...tests.flatMap((test, index): readonly Conflict[] =>
      tests.indexOf(test) < index ? [{ path: ['targets', name, 'application_tests', index], message: `names ${String(test)} twice.` }] : [],
    ),
    ...list.flatMap((hook, index): readonly Conflict[] => {
      const at = hook.when.indexOf('test');
      if (at < 0 || hook.name === undefined || tests.includes(hook.name)) return [];
      const message = `would never come for the hook "${hook.name}": application_tests of "${name}" has no test of that name. Add it there, or take "test" out of when.`;
      return [{ path: ['targets', name, 'hooks', index, 'when', at], message }];
    }),
  ]);
}
