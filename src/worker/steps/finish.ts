import { typical } from '../monitor.ts';
import type { Step } from './index.ts';

/** T+15 has come and nothing alerts: the run is completed with the readings of now (R57). */
export const finish: Step = async ({ task, run }) => {
  const after = typical(await task.services.ledger.recent(run.id, 10));
  return (await task.report({ type: 'finish', after })).ok;
};
