import { setTimeout as pause } from 'node:timers/promises';
import type { ApplyRequest, Pace } from '../../ports.ts';
import { passGate } from '../unit-context.ts';

/** An answer may be this old when a batch begins on it; an older one is asked for again. */
const FRESH_MS = 250;
/** How long nothing begins before a brake is looked at again. */
const BRAKED_MS = 250;
const FULL: Pace = { percent: 100, brakes: [] };

/** What must hold before a batch, asked while the one before it runs: the batches never wait for the ledger. */
export type Conditions = {
  /** Asks for a batch that comes after the running one; `predictedMs` of both together. */
  readonly askAhead: (predictedMs: number) => void;
  /** Answers when a batch may begin, and how it should go. Throws GateClosed; waits as long as a brake is on. */
  readonly admit: (predictedMs: number) => Promise<Pace>;
};

type Answer = { readonly pace: Pace } | { readonly error: unknown };
type Question = { readonly at: number; readonly answer: Promise<Answer> };

/** `onBraked` is told why nothing begins at the moment; with an empty text, that it goes on. */
export function conditionsOf(request: ApplyRequest, onBraked: (why: string) => void): Conditions {
  let ahead: Question | null = null;
  const ask = (predictedMs: number): Question => ({ at: performance.now(), answer: answered(request, predictedMs) });
  const next = (predictedMs: number): Question => {
    const known = ahead;
    ahead = null;
    return known !== null && performance.now() - known.at <= FRESH_MS ? known : ask(predictedMs);
  };
  return {
    askAhead: (predictedMs) => {
      ahead = ask(predictedMs);
    },
    admit: async (predictedMs) => {
      let braked = false;
      for (;;) {
        const answer = await next(predictedMs).answer;
        request.signal.throwIfAborted();
        if ('error' in answer) throw answer.error;
        if (answer.pace.brakes.length === 0) {
          if (braked) onBraked('');
          return answer.pace;
        }
        braked = true;
        onBraked(answer.pace.brakes.join('; '));
        await pause(BRAKED_MS, undefined, { signal: request.signal });
      }
    },
  };
}

async function answered(request: ApplyRequest, predictedMs: number): Promise<Answer> {
  try {
    const [pace] = await Promise.all([paceNow(request), passGate(request, predictedMs)]);
    return { pace };
  } catch (error) {
    return { error };
  }
}

/** What cannot be read is no reason to go on: unknown is never a pass. */
async function paceNow(request: ApplyRequest): Promise<Pace> {
  if (request.pace === undefined) return FULL;
  try {
    return await request.pace();
  } catch (error) {
    return { percent: 100, brakes: [`its limits cannot be read (${error instanceof Error ? error.message : 'no reason given'})`] };
  }
}
