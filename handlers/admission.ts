import { note } from '../src/slack/render/refusal.ts';
import type { Inbox } from './inbox.ts';
import { acknowledge, replyOf, tell } from './tell.ts';
import type { ClickListener, SlashListener, Submission, SubmissionListener, Tools, Visitor } from './tools.ts';

/** For what Slack delivers a second time. */
const AGAIN = note('✅ Slack delivered that twice. It is already done, once; nothing was done again. The card shows where it stands.');
/** For people of another workspace, who may see our messages in a shared channel (R7). */
const ELSEWHERE = note(
  '🔒 You are from another workspace. Only members of the one where Offpeak is installed may do this. Nothing was changed.',
);

/** Whether this comes from another workspace than ours. While Slack has not said which is ours, the roles and Slack's word decide. */
export function foreign(tools: Pick<Tools, 'team'>, { user }: Pick<Visitor, 'user'>): boolean {
  const ours = tools.team();
  return ours !== null && user.team !== null && user.team !== ours;
}

/** Takes in clicks of our workspace, and each once: a trigger belongs to one press of one person (T1). */
export function admitClick(inbox: Inbox, listener: ClickListener): ClickListener {
  return async (tools, click) => {
    const turned = foreign(tools, click) ? ELSEWHERE : once(inbox, click.triggerId) ? null : AGAIN;
    if (turned === null) return listener(tools, click);
    await acknowledge(tools, () => click.ack());
    await tell(tools, click, turned);
  };
}

/** The same for slash commands. */
export function admitSlash(inbox: Inbox, listener: SlashListener): SlashListener {
  return async (tools, slash) => {
    const turned = foreign(tools, slash) ? ELSEWHERE : once(inbox, slash.triggerId) ? null : AGAIN;
    if (turned === null) return listener(tools, slash);
    await acknowledge(tools, () => slash.ack(replyOf(turned)));
  };
}

/** The same for submitted windows. One that was refused stays open, so it may be submitted again. */
export function admitSubmission(inbox: Inbox, listener: SubmissionListener): SubmissionListener {
  return async (tools, submission) => {
    const key = `view:${submission.view.id}:${submission.view.hash}`;
    const turned = foreign(tools, submission) ? ELSEWHERE : inbox.take(key) ? null : AGAIN;
    if (turned !== null) {
      await acknowledge(tools, () => submission.ack());
      return tell(tools, submission, turned);
    }
    const ack: Submission['ack'] = (response) => {
      if (response?.response_action === 'errors') inbox.giveBack(key);
      return submission.ack(response);
    };
    await listener(tools, { ...submission, ack });
  };
}

/** A payload without a trigger cannot be told from another one; the state of the run decides then. */
function once(inbox: Inbox, triggerId: string): boolean {
  return triggerId === '' || inbox.take(`trigger:${triggerId}`);
}
