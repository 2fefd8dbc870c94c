import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Site } from '../support/site.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/offpeak.js', import.meta.url));

/** How one command ended: its exit code and what it wrote. */
export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs the real program as a process of its own, as nora unless `env` says otherwise. */
export function offpeak(site: Pick<Site, 'env'>, line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const surroundings: Readonly<Record<string, string>> = { PATH: process.env['PATH'] ?? '', OFFPEAK_USER: 'nora', ...site.env, ...env };
  const cwd = dirname(surroundings['OFFPEAK_CONFIG'] ?? '');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...line.split(' ')], { env: surroundings, cwd }, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}
