import type { TargetIdentity } from '../../domain/plan.ts';
import type { Task } from '../task.ts';

/** Why the server is not the one the plan was made on; null when it is (F10, F11: failover, wrong host). */
export async function strangerDetail(task: Task, planned: TargetIdentity): Promise<string | null> {
  const live = await task.context.target.identity();
  if (live.systemIdentifier !== planned.systemIdentifier)
    return 'This is another database cluster than the one that was planned. Check the connection string, then plan again.';
  if (live.database !== planned.database) return `This is database ${live.database}, and the plan is for ${planned.database}.`;
  if (live.timeline !== planned.timeline)
    return `The server failed over since the plan was made (timeline ${planned.timeline} is now ${live.timeline}). Look at it, then plan again.`;
  return null;
}
