import { expect, it } from 'vitest';
import type { Ledger, Services, TargetContext } from '../../src/ports.ts';
import { work, WORKER_TIMING } from '../../src/worker/worker.ts';
import { aRunIn } from '../support/runs.ts';

it('an open run of a target that is in nobody’s settings is said, and the worker claims only what it knows', async () => {
  const stopping = new AbortController();
  const said: unknown[] = [];
  const claimed: (readonly string[])[] = [];
  const ledger: Partial<Ledger> = {
    listen: () => Promise.resolve({ close: () => Promise.resolve() }),
    claim: (_owner, _leaseMs, targets) => {
      claimed.push(targets);
      return Promise.resolve(null);
    },
    list: () => Promise.resolve([aRunIn('migrating'), { ...aRunIn('migrating'), number: 7, target: 'renamed' }]),
  };
  const known = { name: 'acme' } as TargetContext;
  const services = {
    ledger,
    targets: new Map([['acme', known]]),
    log: {
      error: (fields: unknown, message: string) => {
        said.push([fields, message]);
        stopping.abort();
      },
    },
  } as unknown as Services;
  await work(services, { name: 'w', timing: WORKER_TIMING, signal: stopping.signal });
  expect(claimed).toEqual([['acme']]);
  expect(said).toEqual([[{ run: 7, target: 'renamed', state: 'migrating' }, expect.stringContaining('leaves the run alone')]]);
});
