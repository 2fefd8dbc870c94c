import { testsOf } from '../../domain/application-tests.ts';
import { hookFinding, hookGone, hooksOf } from '../../usecases/hooks.ts';
import type { Step } from './index.ts';

/** Runs the hooks that do application tests of the plan, one after the other, and reports what each said (R61–R64). Only code 0 passes. */
export const test: Step = async ({ task, run, signal }) => {
  const hooks = hooksOf(task.context.sources, 'test');
  const findings = [];
  for (const { name } of testsOf(run.plan).filter(({ kind }) => kind === 'machine')) {
    const hook = hooks.find(({ title }) => title === name);
    const { verdict, value, source } = hook === undefined ? hookGone(name) : await hookFinding(hook, signal);
    findings.push({ test: name, verdict, value, source });
  }
  // Rolled back meanwhile: what was ended says nothing.
  if (signal.aborted) return false;
  return (await task.report({ type: 'record_tests', findings })).ok;
};
