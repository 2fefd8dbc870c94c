import { describe, expect, it } from 'vitest';
import {
  CLICKS_A_MINUTE,
  dueOf,
  EDITS_A_MINUTE,
  hashOf,
  PROGRESS_A_MINUTE,
  type Edit,
  type Moment,
  type Standing,
} from '../../src/slack/due.ts';
import type { Wanted } from '../../src/slack/wanted.ts';

const message: Wanted = {
  key: 'card',
  thread: false,
  broadcast: false,
  urgent: false,
  stage: 'migrating',
  everyMs: 3_000,
  text: 'Migrating',
  blocks: [],
  to: null,
  file: null,
  watched: false,
};
const standing: Standing = { channel: 'C', ts: '1.1', hash: 'old', stage: 'migrating', editedAtMs: 90_000 };
const calm: Moment = { nowMs: 100_000, pauses: { post: 0, update: 0, file: 0 }, edits: [], channelAtMs: 0, waitsUntilMs: 0 };
const edits = (length: number, edit: Partial<Edit> = {}): Moment => ({
  ...calm,
  edits: Array.from({ length }, () => ({ of: '2.2', atMs: 95_000, atOnce: false, ...edit })),
});
const progressFull = edits(PROGRESS_A_MINUTE);
const clicksFull = edits(CLICKS_A_MINUTE);
const full = edits(EDITS_A_MINUTE);
const hurried = edits(5, { of: '1.1', atOnce: true });
const reply = { ...message, key: 'dry_run', thread: true };
const file = { name: 'offpeak-42-abc.sql', title: 'SQL', content: 'SELECT 1', says: 'SQL of run #42.' };
const paused = (kind: 'post' | 'update'): Moment => ({ ...calm, pauses: { ...calm.pauses, [kind]: 100_001 } });
const current = { ...standing, hash: hashOf(message) };

describe('what is due about a message', () => {
  it.each([
    ['the root is posted before everything', message, undefined, calm, { kind: 'post', rank: 0 }],
    ['an alert is posted before other replies', { ...reply, urgent: true }, undefined, calm, { kind: 'post', rank: 1 }],
    ['a reply is posted', reply, undefined, calm, { kind: 'post', rank: 3 }],
    ['a file is uploaded when the messages are there', { ...reply, file }, undefined, calm, { kind: 'file', rank: 5 }],
    ['a file is never edited', { ...reply, file }, standing, calm, null],
    ['nothing is posted while Slack says wait (T11)', message, undefined, paused('post'), null],
    ['an edit is made while posts have to wait (T11)', message, standing, paused('post'), { kind: 'update', rank: 4 }],
    [
      'an urgent edit goes before a click',
      { ...message, urgent: true, stage: 'raised' },
      standing,
      progressFull,
      { kind: 'update', rank: 1 },
    ],
    [
      'an alert is raised when clicks have used up their share',
      { ...message, urgent: true, stage: 'raised' },
      standing,
      clicksFull,
      { kind: 'update', rank: 1 },
    ],
    ['a click waits then', { ...message, stage: 'holding' }, standing, clicksFull, null],
    ['the values of an alert are progress: its raise must not wait for them', { ...message, urgent: true }, standing, calm, { rank: 4 }],
    ['and wait for its share', { ...message, urgent: true }, standing, progressFull, null],
    [
      'a new stage is shown when progress has used up its share',
      { ...message, stage: 'holding' },
      standing,
      progressFull,
      { kind: 'update', rank: 2 },
    ],
    ['so is a stage nobody remembers', message, { ...standing, stage: null }, progressFull, { kind: 'update', rank: 2 }],
    ['nothing is edited more than forty times a minute in all', { ...message, urgent: true, stage: 'raised' }, standing, full, null],
    [
      'a stage that changes all the time waits three seconds (T29)',
      { ...message, stage: 'holding' },
      { ...standing, editedAtMs: 98_000 },
      hurried,
      null,
    ],
    [
      'and is shown then (T29)',
      { ...message, stage: 'holding' },
      { ...standing, editedAtMs: 97_000 },
      hurried,
      { kind: 'update', rank: 2 },
    ],
    ['progress comes last', message, standing, calm, { kind: 'update', rank: 4 }],
    ['progress waits for its three seconds', message, { ...standing, editedAtMs: 97_001 }, calm, null],
    ['progress waits for its share', message, standing, progressFull, null],
    ['no edit while Slack says wait (T11)', { ...message, urgent: true }, standing, paused('update'), null],
    ['nothing when it shows that already', message, current, calm, null],
    [
      'a card of an open run is missed within a minute (T10)',
      { ...message, watched: true },
      { ...current, editedAtMs: 40_000 },
      calm,
      { kind: 'update', rank: 6 },
    ],
    ['but not asked after sooner', { ...message, watched: true }, { ...current, editedAtMs: 40_001 }, calm, null],
    ['nothing goes to a closed channel before its time (T9)', message, undefined, { ...calm, channelAtMs: 100_001 }, null],
    [
      'a person is told all the same (T9)',
      { ...message, to: 'U1' },
      undefined,
      { ...calm, channelAtMs: 100_001 },
      { kind: 'post', rank: 0 },
    ],
    ['a message that Slack does not take waits alone', message, undefined, { ...calm, waitsUntilMs: 100_001 }, null],
  ] as const)('%s', (_title, given, stands, at, due) => {
    const found = dueOf(given, stands, at);
    if (due === null) expect(found).toBeNull();
    else expect(found).toMatchObject(due);
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
