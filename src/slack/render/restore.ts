import type { KnownBlock, ModalView } from '@slack/types';
import { inBytes } from '../../domain/backup-space.ts';
import { plus } from '../../domain/instant.ts';
import type { PointInTime } from '../../domain/point-in-time.ts';
import {
  lostElsewhereWords,
  lostWords,
  POINT_IN_TIME,
  REQUEST_MS,
  restoreId,
  type Restore,
  type RestoreOffer,
  type UndoneRestore,
} from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import type { LeftOut, RestoreChoice } from '../../usecases/restore.ts';
import { CALLBACKS, LINE, NOTE } from '../actions.ts';
import { actions, button, confirmation, plain, section, type Message } from './block-kit.ts';
import { answerModal, frame } from './modals.ts';
import { runName } from './state-words.ts';
import { atMost, code, phrase, timeOf, utc, when, who } from './text.ts';

/** What a restore does, takes away and takes, before anybody agrees to it (R85). */
function costLines({ offer, backup, pointInTime }: Pick<Restore, 'offer' | 'backup' | 'pointInTime'>, run: Run): readonly string[] {
  if (pointInTime !== undefined) return inPlaceLines(pointInTime, offer);
  return [
    `*Lost:* ${phrase(lostWords(offer, utc), 400)}. It stays readable in the database of before, which is kept.`,
    `*Takes* ${takes(offer)}, on a copy beside the live database (${inBytes(offer.databaseBytes)}); it is compared before anything is switched. The switch itself: seconds in which nobody can connect.`,
    `*Backup* ${code(backup.id)} of ${when(backup.serverTime ?? backup.startedAt)}, ${inBytes(backup.bytes)}, log position ${code(backup.lsn)}${backup.id === run.backup?.id ? ', taken by this run' : ''}`,
  ];
}

/** The most lossy way: nothing of before is kept, and once it is asked for nobody can stop it (F61). */
function inPlaceLines({ provider, to }: PointInTime, offer: RestoreOffer): readonly string[] {
  return [
    `*Lost for good:* ${phrase(lostWords(offer, utc), 400)}${lostElsewhereWords(offer)}. It is done in place: nothing keeps what was written since.`,
    `*Takes* an unknown time, minutes to hours. Nobody can reach the database meanwhile, and it cannot be called off.`,
    `*Back to* ${when(to)}, the restore point of this run, by ${phrase(provider, 40)}: the whole server, every database on it. Files beside the database stay as they are.`,
  ];
}

function takes({ predictedMs }: Pick<RestoreOffer, 'predictedMs'>): string {
  return predictedMs === null ? 'an unknown time: no restore was measured' : atMost(predictedMs);
}

/** The request, in the thread and in the channel: a second person agrees to it here, and it says in the end what became of it. */
export function restoreMessage(run: Run, restore: Restore | UndoneRestore): Message {
  const { by, at, approvedBy, backup, pointInTime, sent } = restore;
  const undone = 'why' in restore ? restore.why : null;
  const became = becameLines(run, restore);
  const agreed =
    approvedBy === null
      ? `*Next:* an approver or whoever is on call, other than ${who(by)}, agrees before ${timeOf(plus(at, REQUEST_MS))}. Nothing is done before that.`
      : [`✅ ${who(approvedBy)} agreed.`, ...became].join('\n');
  const lost = `Lost: ${lostWords(restore.offer, utc)}`;
  const confirm = confirmation({
    title: pointInTime === undefined ? `Restore ${run.target} from a backup?` : `Take ${run.target} back in place?`,
    text:
      pointInTime === undefined
        ? `Goes back to the contents of ${backup.id}. ${lost}. The live database is kept under another name.`
        : `${pointInTime.provider} takes the whole server back to ${utc(pointInTime.to)}. It cannot be called off, nobody can reach the database meanwhile, and nothing keeps what is lost. ${lost}${lostElsewhereWords(restore.offer)}.`,
    confirm: 'Restore',
    deny: 'Back',
    danger: true,
  });
  const agree = button(run, 'approve_restore', { extra: restoreId(restore), style: 'danger', confirm });
  const answered = undone === null && run.state === 'restoring' && sent !== undefined && (sent.accepted || sent.unsure !== '');
  return {
    text: `Restore asked for by @${phrase(by.name, 60)}: run ${runName(run)}. Next: ${approvedBy === null && undone === null ? 'a second person agrees or not' : 'follow the card'}.`,
    blocks: [
      section([`🛟 *${who(by)} asks for a restore* of ${runName(run)}, ${when(at)}`, ...costLines(restore, run)].join('\n')),
      section(agreed),
      ...actions([
        ...(approvedBy === null && undone === null ? [agree] : []),
        ...(answered
          ? [button(run, 'give_up_restore', { confirm: notDone(restore) }), button(run, 'restore_was_done', { confirm: wasDone(restore) })]
          : []),
      ]),
    ],
  };
}

/** What became of it, or what it does at this moment. */
function becameLines(run: Run, restore: Restore | UndoneRestore): readonly string[] {
  if ('why' in restore) return [`❌ *It was not done:* ${phrase(restore.why, 600)} The card says how it goes on.`];
  if (run.state === 'restored') return ['✅ *It was done;* the card says how.'];
  return run.state === 'restoring' ? sentLines(restore) : [];
}

/** What the provider said, and what a person does where nobody knows. */
function sentLines({ pointInTime, sent }: Restore): readonly string[] {
  if (pointInTime === undefined || sent === undefined) return [];
  const provider = phrase(pointInTime.provider, 40);
  const took = sent.accepted ? [`${provider} was asked ${when(sent.at)} and takes the database back. It is looked at every second.`] : [];
  if (sent.unsure === '') return took.length > 0 ? took : [`${provider} is being asked.`];
  return [
    ...took,
    `❓ *Nobody knows whether it goes on:* ${phrase(sent.unsure, 400)} It is not asked a second time.`,
    `*Next:* look at ${provider}, Database, Backups. If it goes on, wait: it is noticed here. If it does not, press *It was not done* below the request; if it is done and not noticed here, *It was done*.`,
  ];
}

function notDone({ pointInTime }: Restore) {
  return confirmation({
    title: 'It was not done?',
    text: `Only when ${pointInTime?.provider ?? 'the provider'} shows no restore that is under way or done. The run goes back to where it stood, and the database may be asked for anew.`,
    confirm: 'It was not done',
    deny: 'Back',
    danger: true,
  });
}

function wasDone({ pointInTime }: Restore) {
  return confirmation({
    title: 'It was done?',
    text: `Only when ${pointInTime?.provider ?? 'the provider'} shows the restore as done and you looked into the database. The run ends as restored, not confirmed; nothing is checked.`,
    confirm: 'It was done',
    deny: 'Back',
    danger: true,
  });
}

/** What the card says while the restore is under way. */
export function restoringWords({ restore }: Run): string {
  if (restore === null) return 'Restoring.';
  const agreed = restore.approvedBy === null ? '' : `, ${who(restore.approvedBy)} agreed`;
  if (restore.pointInTime !== undefined) {
    const { provider, to } = restore.pointInTime;
    const how = sentLines(restore).join('\n') || 'It is asked in seconds; the database is not touched before.';
    return `*Taking the whole database back* to ${when(to)}, by ${phrase(provider, 40)}: ${who(restore.by)} asked${agreed}.\n${how}`;
  }
  const next = {
    asked: 'It begins in seconds.',
    loading: 'The live database is not touched.',
    beside: 'The copy is loaded; the live database is not touched.',
    validated: 'The copy equals the backup and gets the live name now.',
    sent: '',
  }[restore.stage];
  return `*Restoring* ${code(restore.backup.id)}: ${who(restore.by)} asked${agreed}. ${next}`;
}

/** Slack shows at most a hundred choices; a person looks at a dozen. */
const CHOICES = 20;
/** Backups that are left out, each with its reason: what would be lost must still be read. */
const NAMED = 3;

type Beside = {
  readonly choices: readonly RestoreChoice[];
  readonly offer: RestoreOffer;
  /** Newer ones that cannot be gone back to, with the reason of each. */
  readonly leftOut?: readonly LeftOut[];
};
type InPlace = Required<Pick<Restore, 'backup' | 'offer' | 'pointInTime'>>;
/** What can be asked for: backups, of which `offer` is that of the first, and the recovery by the provider. One of them is there. */
export type Asked = { readonly beside: Beside | null; readonly inPlace: InPlace | null };

/** What stands in the window while backups are looked at: Slack opens none three seconds after the click, and the look may take longer. */
export function lookingModal(): ModalView {
  return answerModal('Restore from a backup', '⏳ Looking at the backups, and counting what would be lost. Nothing is done.');
}

/** Asks which backup or moment, and for the name of the database typed by hand (F56, R84, R85). */
export function restoreModal(run: Run, { beside, inPlace }: Asked): ModalView {
  const options = [
    ...(beside?.choices ?? []).slice(0, CHOICES).map(({ backup, own }) => ({
      text: plain(`${utc(backup.startedAt)} · ${inBytes(backup.bytes)} · proved${own ? ' · this run' : ''}`, 75),
      description: plain(`dump of ${backup.id} · ${backup.lsn}`, 75),
      value: backup.id,
    })),
    ...(inPlace === null
      ? []
      : [
          {
            text: plain(`${utc(inPlace.pointInTime.to)} · in place, by ${inPlace.pointInTime.provider}`, 75),
            description: plain('the whole server; nothing of before is kept', 75),
            value: POINT_IN_TIME,
          },
        ]),
  ];
  const first = beside?.choices[0];
  const [initial] = options;
  const which: KnownBlock = {
    type: 'input',
    block_id: LINE.block,
    label: plain('Which backup? Only proved ones are shown.', 2000),
    element: { type: 'static_select', action_id: LINE.action, options, ...(initial === undefined ? {} : { initial_option: initial }) },
  };
  const typed: KnownBlock = {
    type: 'input',
    block_id: NOTE.block,
    label: plain(`Type the name of the database: ${run.plan.identity.database}`, 2000),
    element: { type: 'plain_text_input', action_id: NOTE.action, min_length: 1, max_length: 100 },
  };
  const lead = first === undefined || beside === null ? [] : costLines({ offer: beside.offer, backup: first.backup }, run);
  const leftOut = beside?.leftOut ?? [];
  const named = leftOut.slice(0, NAMED).map(({ backup, why }) => `⚠️ *Left out:* ${code(backup.id)}. ${phrase(why, 200)}`);
  const left = leftOut.length > NAMED ? [...named, `and ${leftOut.length - NAMED} more`] : named;
  const other = (beside?.choices.length ?? 0) > 1 ? ['Of an older backup more is lost; it is counted again when you ask.'] : [];
  const provider = inPlace === null ? [] : [`*In place, by ${phrase(inPlace.pointInTime.provider, 40)}:*`, ...costLines(inPlace, run)];
  const ways = [[...lead, ...other], provider].filter((lines) => lines.length > 0).map((lines) => section(lines.join('\n')));
  const asking = 'Asking does nothing yet: a second person has to agree in the thread.';
  return {
    ...frame(run, { callback: CALLBACKS.restore, title: 'Restore from a backup', submit: 'Ask for it' }),
    // Sections of their own: one that grows too long is cut, and what stands at its end is not read.
    blocks: [section([`*${runName(run)}*`, ...left].join('\n')), ...ways, section(asking), which, typed],
  };
}
