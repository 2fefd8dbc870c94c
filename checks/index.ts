import type { Check } from '../src/ports.ts';
import { appHealth } from './app-health.ts';
import { connections } from './connections.ts';
import { disk } from './disk.ts';
import { errorRate } from './error-rate.ts';
import { latency } from './latency.ts';
import { longQueries } from './long-queries.ts';
import { p95 } from './p95.ts';
import { replicationLag } from './replication-lag.ts';

/** Every check, in the order of the checklist. A test compares this list with the folder. */
export const CHECKS: readonly Check[] = [connections, longQueries, replicationLag, disk, latency, appHealth, errorRate, p95];
