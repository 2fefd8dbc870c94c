import type { ApplicationTest } from '../domain/application-tests.ts';
import { checklistFor, PLAIN_CHECKLIST, type PlanItem } from '../domain/checklist.ts';
import { BUILT_IN, hookItem, type MachineItem } from '../domain/items.ts';
import type { TargetContext } from '../ports.ts';
import { hooksOf } from './hooks.ts';

/** The lines for which this target has a source, built in or configured. */
export function sourcesOf({ sources, staging }: Pick<TargetContext, 'sources' | 'staging'>): readonly MachineItem[] {
  const { database, readings } = sources;
  const configured: readonly (readonly [MachineItem, unknown])[] = [
    ['archive', database.archived],
    ['staging', staging],
    ['other_dumps', database.dumps],
    ['cpu', readings?.cpu],
    ['memory', readings?.memory],
    ['active_users', readings?.activeUsers],
    ['automated_backup', readings?.automatedBackup],
    ['restore_drill', readings?.restoreDrill],
    ['incidents', readings?.incidents],
    ['platform', readings?.platform],
  ];
  const checking = hooksOf(sources, 'check').map(({ title }) => hookItem(title));
  return [...BUILT_IN, ...configured.flatMap(([item, read]) => (read === undefined ? [] : [item])), ...checking];
}

/** The checklist of a plan for this target, as it is configured now. */
export function checklistOf(context: Pick<TargetContext, 'sources' | 'checklist' | 'staging'>): readonly PlanItem[] {
  const settings = context.checklist ?? PLAIN_CHECKLIST;
  const onCall = settings.onCall || context.sources.readings?.onCall !== undefined;
  return checklistFor(sourcesOf(context), { ...settings, onCall });
}

/** The application tests of a plan for this target, as they are configured now: a hook with `when: [test]` does the one of its name, a person any other. */
export function applicationTestsOf({ sources, checklist }: Pick<TargetContext, 'sources' | 'checklist'>): readonly ApplicationTest[] {
  const hooks = hooksOf(sources, 'test').map(({ title }) => title);
  return (checklist?.tests ?? []).map((name) => ({ name, kind: hooks.includes(name) ? 'machine' : 'human' }));
}
