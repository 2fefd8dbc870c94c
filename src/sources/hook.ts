import { execa } from 'execa';
import { StringDecoder } from 'node:string_decoder';
import type { Hook, HookMoment, HookResult } from '../ports.ts';
import { reading, Unreadable } from './reading.ts';
import { secretsHidden } from './redact.ts';

export type HookSettings = {
  readonly name: string;
  /** Program and arguments; no shell reads them. A program with a slash is looked for from `directory`. */
  readonly command: readonly string[];
  readonly directory: string;
  readonly timeoutMs: number;
  readonly aliases: readonly string[];
  readonly when: readonly HookMoment[];
  /** All that it finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What its output may not show. */
  readonly secrets: readonly string[];
};

/** Of the output the end is kept: a failure is said last. */
const LONGEST_OUTPUT = 8_000;
/** From asking it to end until it is ended. */
const GRACE_MS = 2_000;

/** Every hook by its name and its aliases. */
export function hooksByName(settings: readonly HookSettings[]): ReadonlyMap<string, Hook> {
  return new Map(
    settings.flatMap((each) => {
      const hook = hookOf(each);
      return [each.name, ...each.aliases].map((name) => [name, hook] as const);
    }),
  );
}

/**
 * An executable of the team whose exit code, output and duration are evidence. A code is a result, zero or not; one that cannot be started, is
 * ended by a signal or runs out of time is unreadable. It runs in a group of its own, so that what it started ends with it.
 */
export function hookOf(settings: HookSettings): Hook {
  const { name, when, aliases, timeoutMs } = settings;
  const run = (signal?: AbortSignal) => reading(`hook ${name}`, () => ran(settings, signal), unexpected);
  return Object.assign(run, { title: name, when, aliases, timeoutMs });
}

async function ran(settings: HookSettings, signal?: AbortSignal): Promise<HookResult> {
  const { name, timeoutMs, secrets } = settings;
  const unwanted = () => signal?.aborted === true;
  if (unwanted()) throw new Unreadable(`The hook ${name} was not started: nobody waits for it any more.`);
  const started = performance.now();
  const child = startedChild(settings);
  const output = tailOf(child.all);
  const { timedOut, result } = await within(child, timeoutMs, signal);
  const ms = Math.round(performance.now() - started);
  const said = secretsHidden(output(), secrets);
  const last = said === '' ? '' : ` It said last: ${lastLine(said)}`;
  if (unwanted()) throw new Unreadable(`The hook ${name} was ended: nobody waits for it any more.${last}`);
  if (timedOut) throw new Unreadable(`The hook ${name} did not end within ${timeoutMs / 1000} s and was ended.${last}`);
  if (result === null || result.exitCode === undefined) {
    const signal = result?.signal;
    if (signal !== undefined) throw new Unreadable(`The hook ${name} was ended by ${signal}.${last}`);
    throw new Unreadable(`The hook ${name} could not be started (${codeOf(result?.cause ?? result)}): look at its command and its rights.`);
  }
  return { exitCode: result.exitCode, ms, output: said };
}

function startedChild({ command, directory, env }: HookSettings) {
  const [program = '', ...parameters] = command;
  return execa(program, parameters, {
    cwd: directory,
    env,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    buffer: false,
    detached: true,
    reject: false,
  });
}

/** Waits for the end of the program, for its time to be over, or for the signal; whoever is left of its group is ended then. */
async function within(child: ReturnType<typeof startedChild>, timeoutMs: number, signal?: AbortSignal) {
  const kill = (signal: 'SIGTERM' | 'SIGKILL') => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Nobody is left in the group.
    }
  };
  const leave = () => kill('SIGKILL');
  process.once('exit', leave);
  const ended = child.then((result) => result);
  const first = await Promise.race([ended, after(timeoutMs), aborted(signal)]);
  if (first === null) {
    kill('SIGTERM');
    await Promise.race([ended, after(GRACE_MS)]);
  }
  kill('SIGKILL');
  process.removeListener('exit', leave);
  return { timedOut: first === null, result: first };
}

/** Never, without a signal. */
function aborted(signal: AbortSignal | undefined): Promise<null> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(null), { once: true }));
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ms).unref();
  });
}

/** Collects the end of the output in bounded memory. What is cut begins at a whole line, so that no half of a secret is left standing. */
function tailOf(stream: NodeJS.ReadableStream): () => string {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let cut = false;
  stream.on('data', (chunk: Buffer | string) => {
    kept += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    if (kept.length <= 2 * LONGEST_OUTPUT) return;
    kept = kept.slice(-LONGEST_OUTPUT);
    cut = true;
  });
  stream.on('error', () => {});
  return () => {
    const longer = cut || kept.length > LONGEST_OUTPUT;
    const tail = kept.slice(-LONGEST_OUTPUT);
    if (!longer) return tail.trimEnd();
    const line = tail.indexOf('\n');
    return `…\n${line === -1 ? '' : tail.slice(line + 1)}`.trimEnd();
  };
}

function lastLine(text: string): string {
  const line = text.split('\n').findLast((each) => each.trim() !== '') ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function unexpected(error: unknown): string {
  return `The hook could not be started (${codeOf(error)}): look at its command and its rights.`;
}
