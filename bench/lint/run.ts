import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds of one process from its start to its end, and the number of lines it wrote. Throws when it ended with another code than those. */
export async function timed(
  command: string,
  args: readonly string[],
  codes: readonly number[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly ms: number; readonly lines: number }> {
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...variables } });
  let lines = 0;
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (lines += chunk.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2_000)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === null || !codes.includes(code)) throw new Error(`${command} ended with ${code}.\n${complaint}`);
  return { ms: performance.now() - begun, lines };
}
