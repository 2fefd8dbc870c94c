import { spawn } from 'node:child_process';
import { EXIT } from './exit.ts';

/** One child process: what it is called and the command that runs it. */
export type Role = { readonly name: string; readonly command: string; readonly args: readonly string[] };

/** As much of a child process as is needed to keep it alive and to end it. */
export type Child = {
  readonly pid?: number | undefined;
  kill(signal: 'SIGTERM' | 'SIGKILL'): boolean;
  /** Called once, when it has ended or could not be started. */
  onEnd(told: (how: { readonly code: number | null; readonly signal: string | null }) => void): void;
};

/** How patient the supervisor is, in milliseconds. */
export type Patience = {
  /** The first pause before a restart; each further one is twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A child that lived so long begins again with the first pause. */
  readonly healthyMs: number;
  /** From SIGTERM to SIGKILL. A killed worker loses nothing: the next one takes over. */
  readonly graceMs: number;
};

export const PATIENCE: Patience = { firstMs: 500, longestMs: 30_000, healthyMs: 60_000, graceMs: 30_000 };

export type Supervised = {
  /** The living children by role. */
  readonly pids: () => ReadonlyMap<string, number>;
  /** Ends every child and waits for it. */
  readonly stop: () => Promise<void>;
  /** Settles when everything has ended, with the exit code for the shell. */
  readonly ended: Promise<number>;
};

type Options = {
  readonly roles: readonly Role[];
  readonly log: (message: string) => void;
  readonly spawn?: (role: Role) => Child;
  readonly patience?: Partial<Patience>;
};

/**
 * Runs the roles as child processes and starts each again when it dies, with growing pauses. A child that ends with exit code 3 says
 * that the configuration is bad: trying again would not help, so everything ends.
 */
export function supervise({ roles, log, spawn: start = spawnChild, patience: given = {} }: Options): Supervised {
  const patience = { ...PATIENCE, ...given };
  const stopping = new AbortController();
  const alive = new Map<string, Child>();
  const state: { code: number } = { code: EXIT.done };
  const shared = { alive, patience, log, start, stopping };
  const ended = Promise.all(
    roles.map(async (role) => {
      if ((await keepAlive(role, shared)) === EXIT.misused) {
        state.code = EXIT.misused;
        stopping.abort();
      }
    }),
  ).then(() => state.code);
  return {
    pids: () => new Map([...alive].flatMap(([name, child]) => (child.pid === undefined ? [] : [[name, child.pid] as const]))),
    stop: async () => {
      stopping.abort();
      await ended;
    },
    ended,
  };
}

type Shared = {
  readonly alive: Map<string, Child>;
  readonly patience: Patience;
  readonly log: (message: string) => void;
  readonly start: (role: Role) => Child;
  readonly stopping: AbortController;
};

/** One role until everything stops. Out: the last exit code. */
async function keepAlive(role: Role, { alive, patience, log, start, stopping: { signal } }: Shared): Promise<number | null> {
  let pauseMs = patience.firstMs;
  for (;;) {
    if (signal.aborted) return null;
    const begun = performance.now();
    const child = start(role);
    alive.set(role.name, child);
    const how = await endOf(child, { signal, graceMs: patience.graceMs });
    alive.delete(role.name);
    if (signal.aborted || how.code === EXIT.misused) return how.code;
    if (performance.now() - begun >= patience.healthyMs) pauseMs = patience.firstMs;
    log(`${role.name} ended (${how.signal ?? `exit code ${how.code ?? 'unknown'}`}); it is started again in ${pauseMs / 1000} s`);
    await pauseUnless(signal, pauseMs);
    pauseMs = Math.min(pauseMs * 2, patience.longestMs);
  }
}

async function endOf(child: Child, { signal, graceMs }: { signal: AbortSignal; graceMs: number }) {
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    killing = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  const gone = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) => {
    child.onEnd(resolve);
  });
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const how = await gone;
  signal.removeEventListener('abort', end);
  clearTimeout(killing);
  return how;
}

async function pauseUnless(signal: AbortSignal, milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** A real child process that shares our terminal and environment. */
export function spawnChild(role: Role): Child {
  const child = spawn(role.command, [...role.args], { stdio: ['ignore', 'inherit', 'inherit'] });
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    onEnd: (told) => {
      child.once('error', () => told({ code: null, signal: null }));
      child.once('exit', (code, signal) => told({ code, signal }));
    },
  };
}
