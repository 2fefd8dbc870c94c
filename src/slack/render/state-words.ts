import type { ItemState } from '../../domain/items.ts';
import type { Run, RunState } from '../../domain/run.ts';

/** A state is a word and an emoji, never one of them alone (R2). */
export const STATE_WORDS: Readonly<Record<RunState, { readonly emoji: string; readonly word: string }>> = {
  planned: { emoji: '📝', word: 'Planned' },
  checklist: { emoji: '📋', word: 'Checklist' },
  approved: { emoji: '👍', word: 'Approved' },
  scheduled: { emoji: '⏰', word: 'Scheduled' },
  preparing: { emoji: '⏳', word: 'Preparing' },
  migrating: { emoji: '⚙️', word: 'Migrating' },
  validating: { emoji: '🔎', word: 'Validating' },
  observing: { emoji: '👀', word: 'Observing' },
  holding: { emoji: '✋', word: 'Holding' },
  stopping: { emoji: '🛑', word: 'Stopping' },
  rolling_back: { emoji: '⏪', word: 'Rolling back' },
  restoring: { emoji: '🛟', word: 'Restoring' },
  completed: { emoji: '✅', word: 'Completed' },
  rolled_back: { emoji: '↩️', word: 'Rolled back' },
  restored: { emoji: '🛟', word: 'Restored' },
  rollback_failed: { emoji: '🚨', word: 'Rollback failed' },
  cancelled: { emoji: '🚫', word: 'Cancelled' },
  failed: { emoji: '❌', word: 'Failed' },
};

export const ITEM_WORDS: Readonly<Record<ItemState, { readonly emoji: string; readonly word: string }>> = {
  pending: { emoji: '⏳', word: 'waiting' },
  pass: { emoji: '✅', word: 'passes' },
  fail: { emoji: '❌', word: 'fails' },
  unknown: { emoji: '❔', word: 'unknown' },
  expired: { emoji: '⌛', word: 'expired' },
  waived: { emoji: '⚠️', word: 'waived' },
};

/** What people call the run: `#42 leads_newest_first (+1) · production`. */
export function runName(run: Pick<Run, 'number' | 'plan' | 'target'>): string {
  const [first, ...rest] = run.plan.migrations;
  const more = rest.length === 0 ? '' : ` (+${rest.length})`;
  // It stands in plain and in formatted text alike, so it must not need escaping.
  return `#${run.number} ${first?.name ?? 'nothing'}${more} · ${run.target}`.replaceAll(/[<>&`]/g, '');
}

/** The header of the card: `✅ Completed · #42 leads_newest_first (+1) · production`. */
export function runHeader(run: Run): string {
  const { emoji, word } = STATE_WORDS[run.state];
  return `${emoji} ${word} · ${runName(run)}`;
}
