import { supervise } from '../src/cli/supervise.ts';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LocalSlack } from './slack/server.ts';

export type Pids = { readonly bot: number; readonly worker: number };

const OFFPEAK = fileURLToPath(new URL('../src/bin/offpeak.js', import.meta.url));
const READY_MS = 60_000;

/** Bot and worker as `offpeak start` runs them: own processes, started again when they die. Resolves when the bot listens to Slack. */
export async function startProgram(options: {
  env: Readonly<Record<string, string>>;
  slack: LocalSlack;
  log: (line: string) => void;
}): Promise<{ pids(): Pids; stop(): Promise<void> }> {
  const { env, slack, log } = options;
  const roles = (['bot', 'worker'] as const).map((name) => ({ name, command: process.execPath, args: [OFFPEAK, name] }));
  const supervised = supervise({
    roles,
    log,
    patience: { graceMs: 5_000 },
    spawn: ({ command, args }) => {
      // The channel tells the child when we are gone, however we went.
      const child = spawn(command, [...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', log);
      return {
        pid: child.pid,
        kill: (signal) => child.kill(signal),
        onEnd: (told) => void child.once('exit', (code, signal) => told({ code, signal })),
      };
    },
  });
  const pids = (): Pids => ({ bot: supervised.pids().get('bot') ?? 0, worker: supervised.pids().get('worker') ?? 0 });
  const begun = performance.now();
  while (slack.sockets() === 0) {
    if (performance.now() - begun > READY_MS) {
      await supervised.stop();
      throw new Error('The bot did not connect to the local Slack within a minute; its log above says why.');
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return { pids, stop: () => supervised.stop() };
}
