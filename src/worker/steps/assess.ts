import { failedHooks } from './hooks.ts';
import type { Step } from './index.ts';
import { allScripts, unhealthy } from './validate.ts';

/** Somebody reported a problem: the consistency check and the team's smoke tests, at once, so that whoever decides knows (R82, R83). */
export const assess: Step = async ({ task, run, signal }) => {
  const failures = [
    ...(await task.context.target.validate(allScripts(run))),
    ...(await unhealthy(task)),
    ...(await failedHooks(task, 'smoke', signal)),
  ];
  return (await task.report({ type: 'record_assessment', failures })).ok;
};
