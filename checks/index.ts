import type { Check } from '../src/ports.ts';
import { activeUsers } from './active-users.ts';
import { appHealth } from './app-health.ts';
import { automatedBackup } from './automated-backup.ts';
import { connections } from './connections.ts';
import { cpu } from './cpu.ts';
import { disk } from './disk.ts';
import { errorRate } from './error-rate.ts';
import { incidents } from './incidents.ts';
import { latency } from './latency.ts';
import { longQueries } from './long-queries.ts';
import { memory } from './memory.ts';
import { otherDumps } from './other-dumps.ts';
import { p95 } from './p95.ts';
import { platform } from './platform.ts';
import { replicationLag } from './replication-lag.ts';
import { restoreDrill } from './restore-drill.ts';

/** Every check, in the order of the checklist. A test compares this list with the folder. */
export const CHECKS: readonly Check[] = [
  connections,
  longQueries,
  otherDumps,
  replicationLag,
  disk,
  latency,
  cpu,
  memory,
  appHealth,
  errorRate,
  p95,
  activeUsers,
  automatedBackup,
  restoreDrill,
  incidents,
  platform,
];
