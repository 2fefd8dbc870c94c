import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What the application went through: `at` and `latency` of each transaction, in milliseconds since the epoch and of waiting. */
export type Journal = { readonly at: Float64Array; readonly latency: Float64Array };

/** An application under load, in a thread of its own so that nothing of what is measured can delay it. */
export type Application = {
  /** Ends it once every transaction that was due is answered. */
  readonly stop: () => Promise<Journal>;
};

export type Load = {
  readonly url: string;
  readonly rows: number;
  /** Transactions that become due each second, whether or not those before them are answered. */
  readonly perSecond: number;
  readonly connections: number;
};

/** Starts the load and answers once all its connections are open. */
export async function startApplication(load: Load): Promise<Application> {
  const worker = new Worker(new URL('application-thread.ts', import.meta.url), { workerData: load });
  await once(worker, 'message');
  return {
    stop: async () => {
      const answers = Promise.all([once(worker, 'message'), once(worker, 'exit')]);
      worker.postMessage('stop');
      const [[journal]] = (await answers) as [[Journal], unknown];
      return journal;
    },
  };
}
