import { BadUsage, EXIT, type ExitCode } from './exit.ts';
import { table } from '../slack/render/table.ts';
import type { Terminal } from './terminal.ts';

/** What was found about one part. `fix` says what to do when it is not known to be good. */
export type Examined = { readonly ok: boolean | 'unknown'; readonly detail: string; readonly fix?: string };

/** One part to look at. */
export type Examination = { readonly name: string; readonly look: () => Promise<Examined> };

const PATIENCE_MS = 20_000;

type Options = { readonly terminal: Terminal; readonly json?: boolean; readonly only?: string; readonly patienceMs?: number };

/**
 * Looks at every part side by side and prints them in order, each with what to do. An examination that throws or does not come back is
 * unknown, and unknown is no pass. Out: done when all is well, failed otherwise.
 */
export async function examine(examinations: readonly Examination[], options: Options): Promise<ExitCode> {
  const { terminal, json, only, patienceMs = PATIENCE_MS } = options;
  const wanted = examinations.filter(({ name }) => only === undefined || name.toLowerCase().startsWith(only.toLowerCase()));
  if (wanted.length === 0)
    throw new BadUsage(`Nothing to look at is called "${only ?? ''}". Known: ${examinations.map(({ name }) => name).join(', ')}.`);
  const found = await Promise.all(
    wanted.map(async (examination) => ({ name: examination.name, ...(await patiently(examination, patienceMs)) })),
  );
  if (json) terminal.out(JSON.stringify(found, null, 2));
  else terminal.out(table(found.flatMap(lines)));
  const bad = found.filter(({ ok }) => ok !== true).length;
  if (!json) terminal.out(bad === 0 ? '\nEverything is well.' : `\n${bad} of ${found.length} must be mended before a migration.`);
  return bad === 0 ? EXIT.done : EXIT.failed;
}

function lines({ name, ok, detail, fix }: Examined & { readonly name: string }): readonly (readonly string[])[] {
  const word = ok === true ? 'ok' : ok === 'unknown' ? 'UNKNOWN' : 'FIX';
  const [first = '', ...more] = detail.split('\n');
  const below = [...more, ...(ok !== true && fix !== undefined ? fix.split('\n').map((line) => `→ ${line}`) : [])];
  return [[word, name, first], ...below.map((line) => ['', '', line])];
}

async function patiently(examination: Examination, patienceMs: number): Promise<Examined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Examined>((resolve) => {
    timer = setTimeout(() => resolve({ ok: 'unknown', detail: `no answer within ${patienceMs / 1000} s` }), patienceMs);
  });
  try {
    return await Promise.race([examination.look(), late]);
  } catch (error) {
    return { ok: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
