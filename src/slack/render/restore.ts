import type { KnownBlock, ModalView } from '@slack/types';
import { inBytes } from '../../domain/backup-space.ts';
import { plus } from '../../domain/instant.ts';
import { lostWords, REQUEST_MS, type Restore, type RestoreOffer } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import type { LeftOut, RestoreChoice } from '../../usecases/restore.ts';
import { CALLBACKS, LINE, NOTE } from '../actions.ts';
import { actions, button, confirmation, plain, section, type Message } from './block-kit.ts';
import { answerModal, frame } from './modals.ts';
import { runName } from './state-words.ts';
import { atMost, code, phrase, timeOf, utc, when, who } from './text.ts';

/** What a restore does, takes away and takes, before anybody agrees to it (R85). */
function costLines({ offer, backup }: Pick<Restore, 'offer' | 'backup'>, run: Run): readonly string[] {
  return [
    `*Lost:* ${phrase(lostWords(offer, utc), 400)}. It stays readable in the database of before, which is kept.`,
    `*Takes* ${takes(offer)}, on a copy beside the live database (${inBytes(offer.databaseBytes)}); it is compared before anything is switched. The switch itself: seconds in which nobody can connect.`,
    `*Backup* ${code(backup.id)} of ${when(backup.serverTime ?? backup.startedAt)}, ${inBytes(backup.bytes)}, log position ${code(backup.lsn)}${backup.id === run.backup?.id ? ', taken by this run' : ''}`,
  ];
}

function takes({ predictedMs }: Pick<RestoreOffer, 'predictedMs'>): string {
  return predictedMs === null ? 'an unknown time: no restore was measured' : atMost(predictedMs);
}

/** The request, in the thread and in the channel: a second person agrees to it here. Null when nobody asks. */
export function restoreMessage(run: Run): Message | null {
  const { restore } = run;
  if (restore === null) return null;
  const { by, at, approvedBy, backup } = restore;
  const agreed =
    approvedBy === null
      ? `*Next:* an approver or whoever is on call, other than ${who(by)}, agrees before ${timeOf(plus(at, REQUEST_MS))}. Nothing is done before that.`
      : `✅ ${who(approvedBy)} agreed.`;
  const confirm = confirmation({
    title: `Restore ${run.target} from a backup?`,
    text: `Goes back to the contents of ${backup.id}. Lost: ${lostWords(restore.offer, utc)}. The live database is kept under another name.`,
    confirm: 'Restore',
    deny: 'Back',
    danger: true,
  });
  return {
    text: `Restore asked for by @${phrase(by.name, 60)}: run ${runName(run)}. Next: ${approvedBy === null ? 'a second person agrees or not' : 'follow the card'}.`,
    blocks: [
      section([`🛟 *${who(by)} asks for a restore* of ${runName(run)}, ${when(at)}`, ...costLines(restore, run), agreed].join('\n')),
      ...actions(approvedBy === null ? [button(run, 'approve_restore', { extra: backup.id, style: 'danger', confirm })] : []),
    ],
  };
}

/** What the card says while the restore is under way. */
export function restoringWords({ restore }: Run): string {
  if (restore === null) return 'Restoring.';
  const agreed = restore.approvedBy === null ? '' : `, ${who(restore.approvedBy)} agreed`;
  const next = {
    asked: 'It begins in seconds.',
    loading: 'The live database is not touched.',
    beside: 'The copy is loaded; the live database is not touched.',
    validated: 'The copy equals the backup and gets the live name now.',
  }[restore.stage];
  return `*Restoring* ${code(restore.backup.id)}: ${who(restore.by)} asked${agreed}. ${next}`;
}

/** Slack shows at most a hundred choices; a person looks at a dozen. */
const CHOICES = 20;
/** Backups that are left out, each with its reason: what would be lost must still be read. */
const NAMED = 3;

export type Asked = {
  readonly choices: readonly RestoreChoice[];
  readonly offer: RestoreOffer;
  /** Newer ones that cannot be gone back to, with the reason of each. */
  readonly leftOut?: readonly LeftOut[];
};

/** What stands in the window while backups are looked at: Slack opens none three seconds after the click, and the look may take longer. */
export function lookingModal(): ModalView {
  return answerModal('Restore from a backup', '⏳ Looking at the backups, and counting what would be lost. Nothing is done.');
}

/** Asks which backup, and for the name of the database typed by hand (F56, R84, R85). `offer` is that of the first choice. */
export function restoreModal(run: Run, { choices, offer, leftOut = [] }: Asked): ModalView {
  const options = choices.slice(0, CHOICES).map(({ backup, own }) => ({
    text: plain(`${utc(backup.startedAt)} · ${inBytes(backup.bytes)} · proved${own ? ' · this run' : ''}`, 75),
    description: plain(`dump of ${backup.id} · ${backup.lsn}`, 75),
    value: backup.id,
  }));
  const [first] = choices;
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
  const lead = first === undefined ? [] : costLines({ offer, backup: first.backup }, run);
  const named = leftOut.slice(0, NAMED).map(({ backup, why }) => `⚠️ *Left out:* ${code(backup.id)}. ${phrase(why, 200)}`);
  const left = leftOut.length > NAMED ? [...named, `and ${leftOut.length - NAMED} more`] : named;
  const other = choices.length > 1 ? ['Of an older backup more is lost; it is counted again when you ask.'] : [];
  return {
    ...frame(run, { callback: CALLBACKS.restore, title: 'Restore from a backup', submit: 'Ask for it' }),
    blocks: [
      section(
        [`*${runName(run)}*`, ...left, ...lead, ...other, 'Asking does nothing yet: a second person has to agree in the thread.'].join(
          '\n',
        ),
      ),
      which,
      typed,
    ],
  };
}
