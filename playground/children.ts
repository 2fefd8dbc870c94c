import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

/** A child process that said it is ready. */
export type Child = { readonly pid: number; readonly firstLine: string; stop(): Promise<void> };

/**
 * Starts a Node program and waits for its first line on standard output. Throws with the end of its standard error when it ends before.
 * SIGTERM stops it; after five seconds SIGKILL.
 */
export async function startChild(
  file: string,
  options: { env: Readonly<Record<string, string | undefined>>; log?: (line: string) => void },
): Promise<Child> {
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    options.log?.(line);
  });
  const firstLine = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => {
      throw new Error(`${file} ended before it was ready:\n${said.slice(-10).join('\n')}`);
    }),
  ]);
  return { pid: child.pid ?? 0, firstLine, stop: () => stopped(child) };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(late);
}
