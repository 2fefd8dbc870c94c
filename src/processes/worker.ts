import { hostname } from 'node:os';
import { connectServices, prepareLedger } from '../app.ts';
import type { Config, Secrets } from '../config/config.ts';
import { openLog } from '../log.ts';
import { VERSION } from '../version.ts';
import { work, WORKER_TIMING } from '../worker/worker.ts';
import { keepBeating } from './beat.ts';
import { untilStopped } from './signals.ts';
import { endWhenUncaught } from './uncaught.ts';

/** The worker: claims runs and performs their steps until it is told to stop. Finishes nothing in a hurry: the next one takes over. */
export async function runWorker(config: Config, secrets: Secrets): Promise<void> {
  const log = openLog('worker');
  endWhenUncaught(log);
  const stop = untilStopped();
  await prepareLedger(secrets.ledger.reveal());
  const services = connectServices(config, secrets, log);
  const name = `${hostname()}:${process.pid}`;
  const beating = keepBeating(services, { name, role: 'worker', pid: process.pid, version: VERSION });
  log.info({ name, targets: [...config.targets.keys()] }, 'worker ready');
  try {
    await work(services, { name, timing: WORKER_TIMING, signal: stop });
  } finally {
    beating.stop();
    await services.close();
  }
}
