import type { HumanCommand } from '../src/domain/commands.ts';
import type { Instant } from '../src/domain/instant.ts';
import type { Refusal } from '../src/domain/refusal.ts';
import type { Run } from '../src/domain/run.ts';
import { act } from '../src/usecases/act.ts';
import { NOTE, readReference } from '../src/slack/actions.ts';
import { answerModal } from '../src/slack/render/modals.ts';
import { note, refusalText } from '../src/slack/render/refusal.ts';
import { runName } from '../src/slack/render/state-words.ts';
import { codeBlock, escape } from '../src/slack/render/text.ts';
import { actorOf } from './actor.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import { tellRecorded } from './tell-recorded.ts';
import type { Submission, SubmissionListener, Tools } from './tools.ts';
import { within } from './within.ts';

/** What stood in the window: what was typed, the moment or line that was chosen, and what the window carried. */
type Submitted = { readonly note: string; readonly moment: Instant | null; readonly line: string; readonly extra: string };
/** What is looked up before it is a command may come to a refusal. */
type Meant = HumanCommand | { readonly ok: true; readonly command: HumanCommand } | { readonly ok: false; readonly refusal: Refusal };
type Meaning = (submitted: Submitted, tools: Tools, run: Run) => Meant | Promise<Meant>;

/** Slack waits for three seconds; then it tells the person that it had trouble, while the work goes on. */
const PATIENCE_MS = 2_000;

/** What came of it: the run it was done to, or the sentence that says why not. */
type Given =
  | { readonly why: null; readonly done: { readonly command: HumanCommand; readonly run: Run } }
  | { readonly why: string; readonly done: null };

/**
 * A listener for a submitted window: a refusal appears in the open window under `line`, so nothing that was typed is lost; where a window
 * has no line, its content is replaced. When the ledger is slow the window closes in time, and the answer follows as a message (T7).
 */
export function submits(meaning: Meaning, line: string | null = NOTE.block, patienceMs: number = PATIENCE_MS): SubmissionListener {
  return async (tools, submission) => {
    const answer = give(tools, submission, meaning).catch((error: unknown) => trouble(tools, submission.callbackId, error));
    const given = await within(answer, patienceMs);
    if (given === null) return late(tools, submission, answer);
    if ('why' in given) {
      await acknowledge(tools, () => submission.ack(...reply(given.why, line)));
      return given.done === null ? undefined : tellRecorded(tools, submission, given.done);
    }
    await acknowledge(tools, () => submission.ack());
    await tell(tools, submission, given);
  };
}

function reply(why: string | null, line: string | null): Parameters<Submission['ack']> {
  if (why === null) return [];
  if (line !== null) return [{ response_action: 'errors', errors: { [line]: why } }];
  return [{ response_action: 'update', view: answerModal('Not done', `🔒 ${escape(why)}`) }];
}

/** The window is closed before Slack gives up; what was typed is given back with a refusal. */
async function late(tools: Tools, submission: Submission, answer: Promise<Given | ReturnType<typeof trouble>>): Promise<void> {
  await acknowledge(tools, () => submission.ack());
  const given = await answer;
  if (!('why' in given)) return tell(tools, submission, given);
  const { why, done } = given;
  if (why === null) return tell(tools, submission, note(`✅ Recorded for ${runName(done.run)}; the card shows it.`));
  const typed = submission.note === '' ? '' : `\nYou had typed:\n${codeBlock(submission.note, 2000)}`;
  await tell(tools, submission, note(`🔒 ${escape(why)}${typed}`));
}

async function give(tools: Tools, submission: Submission, meaning: Meaning): Promise<Given> {
  const reference = readReference(submission.metadata);
  if (reference === null) {
    return { why: 'This window is from another version of Offpeak. Nothing was done. Close it and press the button again.', done: null };
  }
  const run = await tools.services.ledger.load(reference.runId);
  if (run === null) return { why: 'There is no such run any more. Nothing was done.', done: null };
  const { note: typed, moment, line } = submission;
  const meant = await meaning({ note: typed, moment, line, extra: reference.extra }, tools, run);
  if ('ok' in meant && !meant.ok) return { why: refusalText(meant.refusal, run), done: null };
  const command = 'ok' in meant ? meant.command : meant;
  const resolved = await actorOf(tools, submission, command.type);
  if (!resolved.ok) return { why: resolved.sentence, done: null };
  const outcome = await act(tools.services, { which: { runId: reference.runId }, command, actor: resolved.actor });
  tools.poke(reference.runId);
  if (outcome.ok) return { why: null, done: { command, run: outcome.run } };
  const asked = { actor: resolved.actor, command: command.type, card: null };
  return { why: refusalText(outcome.refusal, outcome.run, asked), done: null };
}
