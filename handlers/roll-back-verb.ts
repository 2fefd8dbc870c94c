import type { HumanCommand } from '../src/domain/commands.ts';
import { priceKind, priceWords } from '../src/domain/price.ts';
import { touched, WORKING, type Run } from '../src/domain/run.ts';
import { actions, section, type Message } from '../src/slack/render/block-kit.ts';
import { rollBackButton } from '../src/slack/render/buttons.ts';
import { priceOf } from '../src/usecases/price.ts';
import type { Tools } from './tools.ts';

/** Somebody waits, and harm may go on: what is not counted by then is not known. Milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * `/migrate rollback`: the command itself when nothing is lost by it, and when it is refused anyway. Otherwise the price, counted now, with the
 * button whose dialog says what it does: typing skips no look at what is lost (R76).
 */
export async function rollBackTyped(run: Run, _words: readonly string[], { services }: Tools): Promise<HumanCommand | Message> {
  const command = { type: 'roll_back' } as const;
  if (!touched(run) || !(WORKING.includes(run.state) || run.state === 'rollback_failed')) return command;
  const now = await services.ledger.now();
  const price = await priceOf(services.targets.get(run.target), run, { now, patienceMs: PATIENCE_MS });
  if (price !== null && priceKind(price) === 'lossless') return command;
  const cost = price === null ? 'what is lost by it is not known' : priceWords(price);
  const text = `Rolling back run #${run.number} of ${run.target} may lose data: ${cost}. Nothing was changed; the run goes on.`;
  return { text, blocks: [section(`⚠️ ${text}`), ...actions([rollBackButton({ run, price })])] };
}
