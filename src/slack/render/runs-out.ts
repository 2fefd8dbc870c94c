import type { Person } from '../../domain/people.ts';
import type { Run } from '../../domain/run.ts';
import { runsOut, runsOutBefore, runsOutWords } from '../../domain/runs-out.ts';
import type { RunView } from '../../usecases/status.ts';
import { escape, when } from './text.ts';

/** `⌛ *Runs out before the first write:* …`, and what to do; empty when everything lasts. */
export function runsOutLine({ run, now }: Pick<RunView, 'run' | 'now'>, people: readonly Person[]): string {
  const entries = runsOut(run, { now, people });
  if (entries.length === 0) return '';
  return `⌛ *Runs out before the first write:* ${named(entries, when)}. Give it again in the thread, or it holds there.`;
}

/** The same in one sentence for a surface of its own, at the moment somebody schedules; empty when everything lasts. */
export function runsOutWarning(run: Run, context: { now: string; people: readonly Person[] }, at: (instant: string) => string): string {
  const entries = runsOut(run, context);
  return entries.length === 0
    ? ''
    : `Runs out before the first write: ${runsOutWords(entries, at)}. Give it again, or the run holds there.`;
}

/** For a moment that nobody has chosen yet, in a few words: a dialog has little room. */
export function wouldRunOut(run: Run, t0: string, context: { now: string; people: readonly Person[] }): string {
  const number = runsOutBefore(run, t0, context).length;
  if (number === 0) return '';
  return ` ⌛ ${number === 1 ? 'One thing' : `${number} things`} people gave will have run out by then; the card says which.`;
}

function named(entries: Parameters<typeof runsOutWords>[0], at: (instant: string) => string): string {
  const moments: string[] = [];
  const text = runsOutWords(entries, (instant) => `⟦${moments.push(at(instant)) - 1}⟧`);
  return escape(text).replaceAll(/⟦(\d+)⟧/g, (_, index) => moments[Number(index)] ?? '');
}
