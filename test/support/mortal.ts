import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Run, RunState } from '../../src/domain/run.ts';
import type { Site } from './site.ts';
import { reach } from './story.ts';

export type Death = { readonly when: 'before-report' | 'after-report' | 'in-effect' | 'after-effect'; readonly at: number };

export const OVER: readonly RunState[] = ['completed', 'rolled_back', 'rollback_failed', 'restored', 'holding', 'failed'];

/** Runs one mortal worker. True when it killed itself, false when the run was over before it came to that point. */
export async function workAndDie(site: Site, run: Run, death: Death): Promise<boolean> {
  const file = new URL('mortal-worker.ts', import.meta.url);
  const env = { ...process.env, ...site.env, DIE_AT: String(death.at), DIE_WHEN: death.when };
  const child = fork(file, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const dead = once(child, 'exit').then(([, signal]) => signal === 'SIGKILL');
  const over = new AbortController();
  const ended = reach(site, run, OVER, { signal: over.signal }).then(() => child.kill('SIGTERM'));
  const died = await dead;
  over.abort();
  await ended.catch(() => undefined);
  return died;
}
