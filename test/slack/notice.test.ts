import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineState, openItems } from '../../src/domain/checklist.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Run } from '../../src/domain/run.ts';
import { noticeOf } from '../../src/slack/notice.ts';
import { aPlan, by, evening, plannedDigest, storyTo } from '../support/runs.ts';
import { aStage, type Stage } from './a-publisher.ts';

describe('the notice in the channel', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await aStage();
  });
  afterEach(() => stage.stop());

  /** A run that was planned this moment: nobody has told anybody yet. */
  async function planned(): Promise<string> {
    const plan = aPlan();
    stage.ledger.set(plan.plannedAt);
    const outcome = await stage.ledger.create({ target: 'acme', plan, digest: plannedDigest(plan), actor: by('nora') });
    return outcome.run?.id ?? '';
  }

  async function runOf(id: string): Promise<Run> {
    const run = await stage.ledger.load(id);
    if (run === null) throw new Error('no run');
    return run;
  }

  const told = () => stage.ledger.commands.filter(({ command }) => command.type === 'record_evidence').length;

  it('R16 passes with the permalink of the posted card, and is recorded once', async () => {
    const id = await planned();
    await stage.seconds(stage.aBot({ tells: true }), 5);
    const { ts } = await stage.card();
    const { notice } = (await runOf(id)).evidence;
    expect(notice).toMatchObject({ verdict: 'pass', source: '#deployments', actor: { id: 'offpeak' } });
    expect(notice?.permalink).toMatch(new RegExp(`^https://acme[.]slack[.]com/archives/C\\w+/p${ts.replace('.', '')}$`));
    expect(told()).toBe(1);
  });

  it('R16 a failed post fails the line with the reason, and the next one that works mends it', async () => {
    await stage.control('archive', { channel: 'deployments', on: true });
    const id = await planned();
    const bot = stage.aBot({ tells: true });
    await stage.seconds(bot, 4);
    const failed = await runOf(id);
    expect(failed.evidence.notice).toMatchObject({
      verdict: 'breach',
      value: expect.stringMatching(/could not be posted: (is_archived|is_inactive|channel_not_found)/),
    });
    expect(openItems(failed, await stage.ledger.now())).toContain('notice');
    expect(told()).toBe(1);
    await stage.control('archive', { channel: 'deployments', on: false });
    await stage.seconds(bot, 70);
    expect((await runOf(id)).evidence.notice).toMatchObject({ verdict: 'pass', permalink: expect.stringContaining('/archives/') });
    expect(told()).toBe(2);
  });

  it('R16 Slack that is away fails it too, and a waiver from the terminal lets the night go on', async () => {
    await stage.fault('chat.postMessage', { kind: 'http_500', status: 503, times: 100 });
    const id = await planned();
    await stage.seconds(stage.aBot({ tells: true }), 6);
    const now = await stage.ledger.now();
    expect((await runOf(id)).evidence.notice).toMatchObject({ verdict: 'breach', value: 'the card could not be posted: HTTP 503' });
    await stage.ledger.execute(id, { type: 'start_checklist' }, by('nora', 'terminal'));
    const reason = 'Slack is down; told by phone.';
    const waived = await stage.ledger.execute(id, { type: 'waive_item', item: 'notice', reason }, by('sam', 'terminal'));
    expect(waived.ok && lineState(waived.run, 'notice', now)).toBe('waived');
  });

  it('R16 a card that was deleted and posted anew is the new evidence', async () => {
    const id = await planned();
    const bot = stage.aBot({ tells: true });
    await stage.seconds(bot, 3);
    const first = (await runOf(id)).evidence.notice?.permalink;
    await stage.control('delete', { channel: 'deployments', ts: (await stage.card()).ts });
    await stage.seconds(bot, 70);
    const second = (await runOf(id)).evidence.notice?.permalink;
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
  });
});

describe('what has to be recorded of it', () => {
  const LINK = 'https://acme.slack.com/archives/C0DEPLOYMENTS/p1795540000000100';
  const stands = { permalink: LINK, stands: true, trouble: null };
  const away = { permalink: null, stands: false, trouble: 'HTTP 503' };

  it('is nothing while the checklist says it, and again in the second half of its life: a scheduled run must not outlive it', () => {
    const { run, now } = storyTo('scheduled');
    expect(noticeOf(run, now, stands)).toBeNull();
    expect(noticeOf(run, plus(evening('17:05'), 13 * 3_600_000), stands)).toEqual({ posted: true, permalink: LINK });
  });

  it('is no failure once the team was told: an outage holds no run that was announced', () => {
    const { run, now } = storyTo('approved');
    expect(noticeOf(run, now, away)).toBeNull();
    expect(noticeOf({ ...storyTo('preparing').run, evidence: {} }, now, away)).toBeNull();
  });

  it('is nothing while the run holds, once the first write has begun, and for a plan without the line', () => {
    const held = storyTo('holding_untouched');
    expect(noticeOf({ ...held.run, evidence: {} }, held.now, stands)).toBeNull();
    const { run, now } = storyTo('migrating');
    expect(noticeOf({ ...run, evidence: {} }, now, stands)).toBeNull();
    const { items: _, ...rest } = aPlan();
    const plan: Plan = rest;
    const old = storyTo('checklist', { plan });
    expect(noticeOf(old.run, old.now, away)).toBeNull();
  });
});
