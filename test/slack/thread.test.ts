import { describe, expect, it } from 'vitest';
import { readReference } from '../../src/slack/actions.ts';
import { checklist } from '../../src/slack/render/checklist.ts';
import { LIMITS } from '../../src/slack/render/limits.ts';
import { by, evening, PEOPLE } from '../support/runs.ts';
import { buttonsOf, drawn, messageOf, viewOf, wordsOf } from './scenes.ts';

const labels = (message: { blocks: readonly unknown[] }) => buttonsOf(message).map((button) => button.text.text);

describe('the thread', () => {
  const ASKED = ['Confirm…', 'Acknowledge', "I'm available", 'Confirm…', 'Confirm…', 'Waive…'];

  it('gives people the button of each of their lines, and Withdraw once it is answered (R36)', () => {
    expect(labels(messageOf('checklist', 'checklist'))).toEqual(ASKED);
    expect(labels(messageOf('checklist_ready', 'checklist'))).toEqual(Array(5).fill('Withdraw'));
    expect(labels(messageOf('migrating', 'checklist'))).toEqual([]);
  });

  it('asks again for what expires on the way to the first write, and withdraws nothing there', () => {
    expect(labels(messageOf('preparing_expired', 'checklist'))).toEqual(ASKED);
    expect(labels(messageOf('holding_evidence', 'checklist'))).toEqual(ASKED);
    expect(labels(messageOf('preparing', 'checklist'))).toEqual([]);
    expect(labels(messageOf('holding_untouched', 'checklist'))).toEqual(['Waive…']);
  });

  it('R16 links the notice to the card in the channel, and says why it failed', () => {
    expect(wordsOf(messageOf('checklist', 'checklist'))).toMatch(
      /✅ \*Team told in the channel\* · passes · <https:\/\/acme\.slack\.com\/archives\/C0DEPLOYMENTS\/p\d+\|the card is in the channel> · #deployments/,
    );
    expect(wordsOf(messageOf('checklist_untold', 'checklist'))).toContain('fails · the card could not be posted: is_archived');
  });

  it('R17 R18 says who has acknowledged and for whom it waits', () => {
    const words = wordsOf(messageOf('checklist_waived', 'checklist'));
    expect(words).toMatch(/\*Stakeholders told\* · waiting\n✅ @sam .* · ⏳ waits for @olga/);
    expect(words).toMatch(/\*On-call available\* · waiting\n⏳ waits for @ana/);
    expect(wordsOf(messageOf('checklist', 'card'))).toContain('stakeholders <@U0SAM> <@U0OLGA>');
  });

  it('R35 shows a waived line with who, when, why and what it reads, on the checklist, the card and the report', () => {
    const words = wordsOf(messageOf('checklist_waived', 'checklist'));
    expect(words).toMatch(/⚠️ \*CPU\* · waived · @olga .*\n“The nightly export runs until 19:30 and takes a core.”\n71.3 % \(limit/);
    expect(words).toContain('16 of 21 ready, 1 of them waived');
    expect(wordsOf(messageOf('checklist_waived', 'card'))).toContain('⚠️ *Waived:* CPU by @olga (“The nightly export');
    const view = viewOf('completed');
    const waivers = viewOf('checklist_waived').run.waivers;
    const { cpu: _, ...evidence } = view.run.evidence;
    const told = drawn({ ...view, run: { ...view.run, evidence, waivers } });
    for (const key of ['card', 'report']) expect(wordsOf(told.get(key) ?? { blocks: [] }), key).toContain('⚠️ *Waived:* CPU by @olga');
    expect(wordsOf(messageOf('completed', 'report'))).not.toContain('Waived');
  });

  it('R3 keeps to a screen when every line fails at once: what fails comes first, each a little shorter', () => {
    const view = viewOf('checklist_proved');
    const long = 'a reason that is told at length '.repeat(30);
    const evidence = Object.fromEntries(
      Object.entries(view.run.evidence).map(([key, entry]) => [
        key,
        key === 'p95' ? entry : { ...entry, verdict: 'breach' as const, value: long },
      ]),
    );
    const message = checklist({ ...view, run: { ...view.run, evidence } }, PEOPLE);
    expect(message.blocks.length).toBeLessThanOrEqual(LIMITS.cardBlocks);
    expect(wordsOf(message).length).toBeLessThanOrEqual(LIMITS.messageText);
    expect(wordsOf(message).indexOf('✅')).toBeGreaterThan(wordsOf(message).lastIndexOf('❌'));
  });

  it('asks again for approvals that have expired before the scheduled start, on the card and with the button', () => {
    expect(labels(messageOf('scheduled', 'approval'))).not.toContain('Approve');
    expect(labels(messageOf('scheduled_expired', 'approval'))).toContain('Approve');
    const card = messageOf('scheduled_expired', 'card');
    expect(wordsOf(card)).toContain('*Next:* 2 approvals in the thread; the ones before have expired.');
    expect(card.text).toContain('Next: approve again in the thread');
  });

  it('shows every line of a reading that fails, and counts those that do not fit', () => {
    const view = viewOf('checklist_proved');
    const value = (lines: number) =>
      ['pid 4711 blocks for 40 s', ...Array.from({ length: lines }, (_, line) => `line ${line} of its query`)].join('\n');
    const failing = (lines: number) => {
      const evidence = { ...view.run.evidence };
      const old = evidence.long_queries;
      if (old !== undefined) evidence.long_queries = { ...old, verdict: 'breach', value: value(lines) };
      return wordsOf(checklist({ ...view, run: { ...view.run, evidence } }, PEOPLE));
    };
    expect(failing(3)).toMatch(/fails · pid 4711 blocks for 40 s \(limit .*\n> line 0 of its query\n> line 1 of its query\n> line 2/);
    expect(failing(90)).toMatch(/> and \d\d lines more/);
  });

  it('says how many lines are ready and which are missing', () => {
    expect(wordsOf(messageOf('checklist_proved', 'checklist'))).toContain(
      '🔒 Start is locked: 16 of 21 ready; missing: Staging looked at, Stakeholders told, On-call available, Automated backup and 1 more',
    );
    expect(wordsOf(messageOf('checklist_ready', 'checklist'))).toContain('21 of 21 ready');
  });

  it('calls evidence expired when its time is over, and asks for it again', () => {
    const view = viewOf('checklist_ready');
    const later = checklist({ ...view, now: '2026-11-26T17:00:00.000Z' }, PEOPLE);
    expect(wordsOf(later)).toContain('⌛ *Connections* · expired');
    expect(labels(later)).toEqual(ASKED);
  });

  it('shows Approve only once the rehearsal is in, with the whole digest', () => {
    expect(drawn(viewOf('checklist')).has('approval')).toBe(false);
    const message = messageOf('checklist_proved', 'approval');
    expect(labels(message)).toEqual(['Approve', 'Reject…', 'View SQL']);
    expect(readReference(buttonsOf(message)[0]?.value ?? '')?.extra).toBe(viewOf('checklist_proved').run.digest);
    expect(wordsOf(messageOf('checklist_one_approval', 'approval'))).toContain('*1 of 2*');
    expect(labels(messageOf('migrating', 'approval'))).toEqual([]);
  });

  it('never names the requester among those who may approve (invariant 4)', () => {
    expect(wordsOf(messageOf('checklist_proved', 'approval'))).toContain('May approve: @sam, @kim. @nora asked for the plan');
  });

  it('edits a cleared alert to cleared, without buttons', () => {
    const view = viewOf('migrating_alert');
    const alert = view.run.alerts.p95;
    if (alert === undefined) throw new Error('no alert');
    const cleared = { ...view, run: { ...view.run, alerts: { p95: { ...alert, clearedAt: evening('19:03') } } } };
    const message = drawn(cleared).get('alert:p95');
    expect(message?.text).toMatch(/^Cleared/);
    expect(buttonsOf(message ?? { blocks: [] })).toEqual([]);
  });

  it('takes the buttons off an alert once somebody rolls back', () => {
    const { run, ...rest } = viewOf('migrating_alert');
    const stopping = { ...run, state: 'stopping', rollback: { by: by('ana'), at: rest.now, from: 'migrating', undone: [] } } as const;
    const message = drawn({ run: stopping, ...rest }).get('alert:p95');
    expect(buttonsOf(message ?? { blocks: [] })).toEqual([]);
    expect(wordsOf(message ?? { blocks: [] })).toContain('@ana pressed Roll back');
  });

  it('reports with locks held, the longest wait of an application session, approvers and backup (R11)', () => {
    const words = wordsOf(messageOf('completed', 'report')) + wordsOf(messageOf('completed', 'details'));
    for (const part of [
      'SHARE UPDATE EXCLUSIVE on public.leads',
      'longest wait of an application session 38 ms',
      '@sam, @kim',
      'backup `acme-',
      '118 ms → 121 ms',
    ])
      expect(words).toContain(part);
  });
});
