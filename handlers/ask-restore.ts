import { refusalText } from '../src/slack/render/refusal.ts';
import { answerModal } from '../src/slack/render/modals.ts';
import { restoreModal } from '../src/slack/render/restore.ts';
import { escape } from '../src/slack/render/text.ts';
import { restoreChoices, restoreOffer } from '../src/usecases/restore.ts';
import { opensModal } from './open-modal.ts';

/** **Restore…**: asks which backup, with what it would lose; where it cannot be, says why and what a person can do (F61). */
export const askRestore = opensModal(async ({ services }, run) => {
  const choices = await restoreChoices(services, run);
  const [first] = choices;
  if (first === undefined)
    return answerModal(
      'No backup',
      `No proved backup of ${escape(run.target)} lies in the directory. Nothing was changed. \`offpeak backup --list\` names those there are, \`offpeak backup --fetch ID\` brings one back.`,
    );
  const answer = await restoreOffer(services, run, first.backup);
  if (!answer.ok) return answerModal('Not possible', `🔒 ${escape(refusalText(answer.refusal, run))}`);
  return restoreModal(run, { choices, offer: answer.offer });
});
