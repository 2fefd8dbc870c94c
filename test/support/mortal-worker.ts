import 'temporal-polyfill/global';
import { connectServices } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Ledger, Services, TargetContext } from '../../src/ports.ts';
import { work } from '../../src/worker/worker.ts';
import { QUICK } from './quick.ts';

/**
 * A worker process that dies by SIGKILL at one exact point: before or after its n-th report to the ledger, or inside or right behind
 * its n-th effect on the target. Environment: DIE_AT (number from 1, 0 = never), DIE_WHEN (before-report | after-report | in-effect |
 * after-effect).
 * Everything else is the program's own worker.
 */
const dieAt = Number(process.env['DIE_AT'] ?? 0);
const dieWhen = process.env['DIE_WHEN'] ?? '';
let reports = 0;
let effects = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}

function mortal(services: Services): Services {
  const { ledger } = services;
  const execute: Ledger['execute'] = async (runId, command, actor, fence) => {
    if (fence === undefined || command.type === 'begin_step') return ledger.execute(runId, command, actor, fence);
    reports += 1;
    if (dieWhen === 'before-report' && reports === dieAt) die();
    const outcome = await ledger.execute(runId, command, actor, fence);
    if (dieWhen === 'after-report' && reports === dieAt) die();
    return outcome;
  };
  const targets = new Map([...services.targets].map(([name, context]) => [name, mortalTarget(context)]));
  return { ...services, targets, ledger: { ...ledger, execute } };
}

/** Dies a moment after an effect has begun, with its statement on the server. */
function mortalTarget(context: TargetContext): TargetContext {
  const { target } = context;
  const inEffect = () => {
    effects += 1;
    if (dieWhen === 'in-effect' && effects === dieAt) setTimeout(die, 12);
  };
  return {
    ...context,
    target: {
      ...target,
      apply: async (request) => {
        const outcome = await target.apply({
          ...request,
          onBackend: async (backend) => {
            const go = await request.onBackend(backend);
            inEffect();
            return go;
          },
        });
        if (dieWhen === 'after-effect' && effects === dieAt) die();
        return outcome;
      },
      undo: (request) => {
        inEffect();
        return target.undo(request);
      },
    },
  };
}

const loaded = loadConfig();
if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
const services = connectServices(loaded.config, loaded.secrets, { info: () => undefined, warn: () => undefined, error: () => undefined });
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
process.once('disconnect', () => process.exit(0));
await work(mortal(services), { name: `mortal:${process.pid}`, timing: QUICK, signal: stopping.signal });
await services.close();
process.disconnect();
