import { describe, expect, it } from 'vitest';
import { ACTIONS, actionId, ITEM_ACTIONS, parseActionId, readReference, writeReference } from '../../src/slack/actions.ts';

describe('action ids', () => {
  it.each(ACTIONS)('%s is read as it was written', (action) => {
    const item = ITEM_ACTIONS.includes(action) ? 'staging' : '';
    expect(parseActionId(actionId(action, item))).toEqual({ action, item });
  });

  it.each(['', 'approve_v0', 'approve:x', 'confirm_item', 'constructor'])('%j of another version is not guessed at (T6)', (id) => {
    expect(parseActionId(id)).toBeNull();
  });
});

describe('what a button carries', () => {
  it.each(['', 'a'.repeat(64), '2026-11-24T17:00:00.000Z', 'staging'])('is read as it was written: %j', (extra) => {
    const reference = { runId: '00000000-0000-4000-8000-000000000042', version: 7, extra };
    expect(readReference(writeReference(reference))).toEqual(reference);
  });

  it.each(['', 'run:', 'plan:42:v7', 'run:42', 'run:42:vx'])('is refused when it is not ours: %j', (value) => {
    expect(readReference(value)).toBeNull();
  });
});
