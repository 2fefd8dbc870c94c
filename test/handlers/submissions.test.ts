import { describe, expect, it } from 'vitest';
import { CLICKS, SUBMISSIONS } from '../../handlers/index.ts';
import { unknownSubmission } from '../../handlers/unknown.ts';
import { CALLBACKS } from '../../src/slack/actions.ts';
import { storyTo } from '../support/runs.ts';
import { aScene } from './a-visit.ts';

const CONFIRM = CALLBACKS.confirmItem;

function scene() {
  const { run, now } = storyTo('checklist_proved');
  const made = aScene([run]);
  made.tools.ledger.set(now);
  return { ...made, run };
}

describe('a submitted window', () => {
  it('records the evidence with the words and the person', async () => {
    const { tools, seen, submission, run } = scene();
    await SUBMISSIONS[CONFIRM]?.(tools, submission('nora', run, { callback: CONFIRM, extra: 'staging', note: 'Looked at the list.' }));
    expect((await tools.ledger.load(run.id))?.evidence.staging).toMatchObject({ value: 'Looked at the list.', actor: { name: 'nora' } });
    expect(seen.acks).toEqual([undefined]);
    expect(seen.poked).toEqual([run.id]);
    expect(seen.told).toEqual([]);
  });

  it('R5 whose card Slack does not take closes at once, and its person is told what was recorded', async () => {
    const { tools, seen, submission, run } = scene();
    const said = submission('nora', run, { callback: CONFIRM, extra: 'staging', note: 'Looked at the list.' });
    await SUBMISSIONS[CONFIRM]?.({ ...tools, shown: async () => false }, said);
    expect(seen.acks).toEqual([undefined]);
    expect(seen.told).toMatchObject([{ to: 'U0NORA', text: expect.stringContaining('"Staging looked at" is confirmed.') }]);
  });

  it('stays open with the reason when it is refused, so that nothing typed is lost', async () => {
    const { tools, seen, submission, run } = scene();
    await SUBMISSIONS[CONFIRM]?.(tools, submission('nora', run, { callback: CONFIRM, extra: 'staging', note: '  ' }));
    expect(seen.acks).toEqual([{ response_action: 'errors', errors: { note: expect.stringContaining('Write what you looked at') } }]);
  });

  it('R35 waives the chosen line with the reason, for the role that the plan names; the refusal stands under the reason', async () => {
    const { tools, seen, submission, run } = scene();
    const said = { callback: CALLBACKS.waive, line: 'staging', note: 'The staging server is being rebuilt.' };
    await SUBMISSIONS[CALLBACKS.waive]?.(tools, submission('nora', run, said));
    expect(seen.acks).toEqual([
      { response_action: 'errors', errors: { note: expect.stringContaining('may be waived by @sam, @kim (approver)') } },
    ]);
    await SUBMISSIONS[CALLBACKS.waive]?.(tools, submission('sam', run, said));
    expect((await tools.ledger.load(run.id))?.waivers.staging).toMatchObject({ reason: said.note, by: { name: 'sam' } });
    expect(seen.acks.at(-1)).toBeUndefined();
  });

  it('R61 records an application test with the note and the person; a note that says nothing keeps the window open', async () => {
    const { run, now } = storyTo('observing_tests');
    const { tools, seen, submission, click } = aScene([run]);
    tools.ledger.set(now);
    await CLICKS.ask_tested(tools, click('nora', run, { action: 'ask_tested' }));
    expect(JSON.stringify(seen.modals)).toContain('user-registration');
    expect(JSON.stringify(seen.modals)).not.toContain('lead-capture');
    const said = { callback: CALLBACKS.tested, line: 'user-registration', note: ' ' };
    await SUBMISSIONS[CALLBACKS.tested]?.(tools, submission('nora', run, said));
    expect(seen.acks.at(-1)).toEqual({ response_action: 'errors', errors: { note: expect.stringContaining('Write what you looked at') } });
    await SUBMISSIONS[CALLBACKS.tested]?.(tools, submission('nora', run, { ...said, note: 'Signed up.' }));
    const after = (await tools.ledger.load(run.id))?.tests['user-registration'];
    expect(after).toMatchObject({ verdict: 'pass', value: 'Signed up.', actor: { name: 'nora' } });
  });

  it('rejects with the reason, for approvers only', async () => {
    const { tools, submission, run } = scene();
    const said = { callback: CALLBACKS.reject, note: 'The down script drops a column.' };
    await SUBMISSIONS[CALLBACKS.reject]?.(tools, submission('nora', run, said));
    expect((await tools.ledger.load(run.id))?.state).toBe('checklist');
    await SUBMISSIONS[CALLBACKS.reject]?.(tools, submission('sam', run, said));
    expect(await tools.ledger.load(run.id)).toMatchObject({
      state: 'cancelled',
      end: { detail: 'Rejected by @sam: The down script drops a column.' },
    });
  });

  it('closes and answers directly when something broke', async () => {
    const { tools, seen, submission, run } = scene();
    tools.ledger.break(new Error('gone'));
    await SUBMISSIONS[CONFIRM]?.(tools, submission('nora', run, { callback: CONFIRM, extra: 'staging', note: 'x' }));
    expect(seen.acks).toHaveLength(1);
    expect(seen.told[0]).toMatchObject({ to: 'U0NORA' });
  });

  it('of another version is acknowledged and explained (T6)', async () => {
    const { tools, seen, submission, run } = scene();
    await unknownSubmission(tools, submission('nora', run, { callback: 'old', note: 'x' }));
    expect([seen.acks.length, seen.told.length]).toEqual([1, 1]);
  });
});
