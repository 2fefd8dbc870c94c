import { answerModal } from '../src/slack/render/modals.ts';
import { refusalText } from '../src/slack/render/refusal.ts';
import { lookingModal, restoreModal } from '../src/slack/render/restore.ts';
import { escape } from '../src/slack/render/text.ts';
import { recoveryOffer, restorable } from '../src/usecases/restore.ts';
import { opensSlowly } from './open-slowly.ts';

/** **Restore…**: asks which backup, with what it would lose; where it cannot be, says why and what a person can do (F61). */
export const askRestore = opensSlowly(lookingModal(), async ({ services }, run) => {
  const answer = await restorable(services, run);
  const recovery = await recoveryOffer(services, run);
  const inPlace = recovery?.ok === true ? recovery : null;
  const provider = recovery?.ok === false ? `\n${escape(refusalText(recovery.refusal, run))}` : '';
  if (answer === null && inPlace === null)
    return answerModal(
      'No backup',
      `No proved backup of ${escape(run.target)} lies in the directory. Nothing was changed. \`offpeak backup --list\` names those there are, \`offpeak backup --fetch ID\` brings one back.${provider}`,
    );
  if (answer?.ok === false && inPlace === null) return answerModal('Not possible', `🔒 ${escape(refusalText(answer.refusal, run))}`);
  return restoreModal(run, { beside: answer?.ok === true ? answer : null, inPlace });
});
