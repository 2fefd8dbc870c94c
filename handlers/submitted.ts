import type { HumanCommand } from '../src/domain/commands.ts';
import { act } from '../src/usecases/act.ts';
import { NOTE, readReference } from '../src/slack/actions.ts';
import { refusalText } from '../src/slack/render/refusal.ts';
import { actorOf } from './actor.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import type { Submission, SubmissionListener, Tools } from './tools.ts';

/** A listener for a modal with one text: a refusal appears in the open modal, so nothing that was typed is lost. */
export function submits(meaning: (submitted: { readonly note: string; readonly extra: string }) => HumanCommand): SubmissionListener {
  return async (tools, submission) => {
    try {
      const why = await give(tools, submission, meaning);
      if (why === null) return await acknowledge(tools, submission.ack);
      await acknowledge(tools, () => submission.ack({ response_action: 'errors', errors: { [NOTE.block]: why } }));
    } catch (error) {
      const message = trouble(tools, submission.callbackId, error);
      await acknowledge(tools, submission.ack);
      await tell(tools, submission, message);
    }
  };
}

/** Null when it was done; otherwise the sentence. The database answers within milliseconds, Slack waits for three seconds. */
async function give(tools: Tools, submission: Submission, meaning: Parameters<typeof submits>[0]): Promise<string | null> {
  const reference = readReference(submission.metadata);
  if (reference === null) return 'This window is from another version of Offpeak. Close it and press the button again.';
  const command = meaning({ note: submission.note, extra: reference.extra });
  const resolved = await actorOf(tools, submission, command.type);
  if (!resolved.ok) return resolved.sentence;
  const outcome = await act(tools.services, { which: { runId: reference.runId }, command, actor: resolved.actor });
  tools.poke(reference.runId);
  return outcome.ok ? null : refusalText(outcome.refusal);
}
