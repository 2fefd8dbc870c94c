import { describe, expect, it } from 'vitest';
import { dueOf, EDITS_A_MINUTE, hashOf, type Standing } from '../../src/slack/due.ts';
import type { RenderedMessage } from '../../src/slack/render/messages.ts';

const message: RenderedMessage = {
  key: 'card',
  thread: false,
  broadcast: false,
  urgent: false,
  stage: 'migrating',
  everyMs: 3_000,
  text: 'Migrating',
  blocks: [],
};
const standing: Standing = { channel: 'C', ts: '1.1', hash: 'old', stage: 'migrating', editedAtMs: 90_000 };
const calm = { nowMs: 100_000, pauses: { post: 0, update: 0 }, edits: [] };
const full = { ...calm, edits: Array.from({ length: EDITS_A_MINUTE }, () => 95_000) };
const reply = { ...message, key: 'dry_run', thread: true };

describe('what is due about a message', () => {
  it.each([
    ['the root is posted before everything', message, undefined, calm, { kind: 'post', rank: 0 }],
    ['an alert is posted before other replies', { ...reply, urgent: true }, undefined, calm, { kind: 'post', rank: 1 }],
    ['a reply is posted', reply, undefined, calm, { kind: 'post', rank: 3 }],
    ['nothing is posted while Slack says wait', message, undefined, { ...calm, pauses: { post: 100_001, update: 0 } }, null],
    ['an urgent edit goes first, whatever the budget', { ...message, urgent: true }, standing, full, { kind: 'update', rank: 1 }],
    ['a new stage is shown whatever the budget', { ...message, stage: 'holding' }, standing, full, { kind: 'update', rank: 2 }],
    ['so is a stage nobody remembers', message, { ...standing, stage: null }, full, { kind: 'update', rank: 2 }],
    ['progress comes last', message, standing, calm, { kind: 'update', rank: 4 }],
    ['progress waits for its three seconds', message, { ...standing, editedAtMs: 97_001 }, calm, null],
    ['progress waits for the budget', message, standing, full, null],
    ['no edit while Slack says wait', { ...message, urgent: true }, standing, { ...calm, pauses: { post: 0, update: 100_001 } }, null],
    ['nothing when it shows that already', message, { ...standing, hash: hashOf(message) }, calm, null],
  ] as const)('%s', (_title, given, stands, at, due) => {
    expect(dueOf(given, stands, at)).toEqual(due);
  });
});

function withValue(value: string): string {
  const text = { type: 'plain_text', text: 'x' } as const;
  return hashOf({ text: 't', blocks: [{ type: 'actions', elements: [{ type: 'button', text, value }] }] });
}

describe('what a message shows', () => {
  it('is the same when only the version in its buttons moved: every step would edit every message', () => {
    expect(withValue('run:42:v8')).toBe(withValue('run:42:v7'));
  });

  it('is another when the digest or the moment moved', () => {
    expect(withValue('run:42:v7:bbbb')).not.toBe(withValue('run:42:v7:aaaa'));
  });
});
