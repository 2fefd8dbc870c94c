import type { Actor } from '../../src/domain/people.ts';
import type { Ledger } from '../../src/ports.ts';
import { act } from '../../src/usecases/act.ts';

/** What became of one round: how many clicks were carried out, what the others were told, and how long each waited. */
export type Round = {
  readonly effects: number;
  readonly refusals: readonly string[];
  /** From the click to its answer, in milliseconds. */
  readonly ms: readonly number[];
};

/** All of them press Roll back on the same run in the same moment, spread over these processes' ledgers. */
export async function pressTogether(
  ledgers: readonly Pick<Ledger, 'load' | 'byNumber' | 'active' | 'execute'>[],
  runId: string,
  actors: readonly Actor[],
): Promise<Round> {
  const clicks = actors.map(async (actor, index) => {
    const ledger = ledgers[index % ledgers.length];
    if (ledger === undefined) throw new Error('A round needs a ledger.');
    const began = performance.now();
    const outcome = await act({ ledger: ledger as Ledger }, { which: { runId }, command: { type: 'roll_back' }, actor });
    return { ms: performance.now() - began, refusal: outcome.ok ? null : outcome.refusal.code };
  });
  const told = await Promise.all(clicks);
  return {
    effects: told.filter(({ refusal }) => refusal === null).length,
    refusals: told.flatMap(({ refusal }) => (refusal === null ? [] : [refusal])),
    ms: told.map(({ ms }) => ms),
  };
}
