import { cpus, totalmem } from 'node:os';
import type { Usage } from './metrics.ts';

/** What this process uses of the machine: its CPU time since the last question over the time of all cores, and its resident memory. */
export function usageMeter(now: () => number = () => performance.now()): () => Usage {
  let [before, at] = [process.cpuUsage(), now()];
  return () => {
    const [spent, elapsedMs] = [process.cpuUsage(before), now() - at];
    [before, at] = [process.cpuUsage(), now()];
    const cpu = elapsedMs <= 0 ? 0 : (spent.user + spent.system) / 1000 / elapsedMs / Math.max(1, cpus().length);
    return { cpu: Math.min(1, cpu), memory: process.memoryUsage.rss() / totalmem() };
  };
}
