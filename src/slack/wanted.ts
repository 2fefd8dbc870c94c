import { linesOf } from '../domain/checklist.ts';
import type { Person, Role } from '../domain/people.ts';
import { isActive, type Run } from '../domain/run.ts';
import type { RunView } from '../usecases/status.ts';
import { hashOf, type Standing } from './due.ts';
import { backInChannel, directly } from './render/elsewhere.ts';
import { messagesOf, type RenderedMessage } from './render/messages.ts';
import { pictured } from './render/pictured.ts';
import { sqlFile, type SqlFile } from './sql-file.ts';

/** One message as it should stand, and where. */
export type Wanted = RenderedMessage & {
  /** The id of the person it goes to directly; null for the channel. */
  readonly to: string | null;
  /** Uploaded instead of posted, and never edited. */
  readonly file: SqlFile | null;
  /** Edited once a minute though nothing changed, so that a message somebody deleted is missed (T10). */
  readonly watched: boolean;
};

/** How the channel stands, who is there, and the permalink of a message; null while that is not known. */
export type Surroundings = {
  readonly people: readonly Person[];
  readonly channel: { readonly name: string; readonly closed: () => string | null; readonly open: () => boolean };
  readonly reachable: (userId: string) => boolean;
  readonly address: (place: { channel: string; ts: string }) => string | null;
  /** The uploaded picture of this message, when Slack may show it. */
  readonly pictureOf?: (key: string) => string | null;
};

/** Who gets a run's messages directly when the channel is closed, beside the one who asked for it. */
const DIRECT_ROLES: readonly Role[] = ['operator', 'approver', 'on_call'];
const MOST = 12;
/** What is sent as long as it can be pressed, and what is also sent when the channel did not get to see it. */
const PRESSED_KEYS = /^(card$|checklist$|approval$|report$|alert:|hold:|presence:|page:|rollback_failed:|restore:|problem:|resolved:)/;
const READ_KEYS = /^(card$|report$|hold:|page:|rollback_failed:|restore:|problem:|resolved:)/;
/** Progress in a direct message; everybody's copies share one budget of edits. */
const DIRECT_MS = 30_000;

const DIRECT = 'direct:';

/** Everything that should stand in Slack for this run now: in the channel, and with people while it is closed. Pure. */
export function wantedOf(view: RunView, standing: ReadonlyMap<string, Standing>, around: Surroundings): readonly Wanted[] {
  const drawn = messagesOf(view, around.people);
  const inChannel = [...drawn.map((message) => illustrated(relinked(message, standing, view.run), around)), ...sqlOf(view.run)];
  if (around.channel.closed() !== null) return [...inChannel, ...directOf(view.run, drawn, standing, around)];
  return around.channel.open() ? [...inChannel, ...pointersOf(view.run, standing, around)] : inChannel;
}

function relinked(message: RenderedMessage, standing: ReadonlyMap<string, Standing>, run: Run): Wanted {
  const again = isAdrift(standing.get(message.key), standing.get('card'));
  const broadcast = message.broadcast && !again;
  return { ...message, broadcast, to: null, file: null, watched: message.key === 'card' && isActive(run) };
}

function illustrated(message: Wanted, { pictureOf }: Surroundings): Wanted {
  const fileId = message.picture === undefined ? null : (pictureOf?.(message.key) ?? null);
  if (message.picture === undefined || fileId === null) return message;
  return { ...message, ...pictured(message, { fileId, alt: message.picture.alt }) };
}

/** A reply is younger than its card; an older one hangs below a card that is gone. */
export function isAdrift(reply: Standing | undefined, card: Standing | undefined): boolean {
  if (reply === undefined || card === undefined || reply === card) return false;
  return reply.channel !== card.channel || reply.ts < card.ts;
}

/** The SQL as it is put before the approvers; before the rehearsal nobody can approve, and its digest is another one. */
function sqlOf(run: Run): readonly Wanted[] {
  if (run.rehearsal === null || run.end !== null) return [];
  const file = sqlFile(run);
  const calm = { thread: true, broadcast: false, urgent: false, stage: '', everyMs: DIRECT_MS, to: null, watched: false };
  return [{ ...calm, key: `sql:${file.name}`, text: file.title, blocks: [], file }];
}

/** What each of these people has to have in their direct messages. What they got once is kept current. */
function directOf(
  run: Run,
  drawn: readonly RenderedMessage[],
  standing: ReadonlyMap<string, Standing>,
  around: Surroundings,
): readonly Wanted[] {
  const unseen = ({ key, ...shown }: RenderedMessage) => READ_KEYS.test(key) && standing.get(key)?.hash !== hashOf(shown);
  const live = (message: RenderedMessage) =>
    isActive(run) && message.blocks.some((block) => block.type === 'actions' || 'accessory' in block);
  return recipients(run, around).flatMap((to) =>
    drawn
      .filter((message) => PRESSED_KEYS.test(message.key))
      .filter((message) => live(message) || unseen(message) || standing.has(directKey(to, message.key)))
      .map((message) => ({
        ...message,
        ...directly(message, around.channel.name),
        key: directKey(to, message.key),
        thread: false,
        broadcast: false,
        everyMs: Math.max(message.everyMs, DIRECT_MS),
        to,
        file: null,
        watched: false,
      })),
  );
}

function recipients(run: Run, { people, reachable }: Surroundings): readonly string[] {
  const asked = linesOf(run.plan).flatMap((line) => line.people ?? []);
  const ids = [
    run.requester.id,
    ...asked,
    ...people.filter(({ roles }) => roles.some((role) => DIRECT_ROLES.includes(role))).map(({ id }) => id),
  ];
  return [...new Set(ids)].filter((id) => /^[UW][A-Z0-9]+$/.test(id) && reachable(id)).slice(0, MOST);
}

/** Once the card stands in the channel again, every direct message points to it. */
function pointersOf(run: Run, standing: ReadonlyMap<string, Standing>, { address }: Surroundings): readonly Wanted[] {
  const card = standing.get('card');
  if (card === undefined) return [];
  const calm = { thread: false, broadcast: false, urgent: false, stage: 'back', everyMs: 0, file: null, watched: false };
  const pointer = backInChannel(run, { channel: card.channel, address: address(card) });
  return [...standing.keys()]
    .filter((key) => key.startsWith(DIRECT))
    .map((key) => ({ ...pointer, ...calm, key, to: key.split(':')[1] ?? '' }));
}

function directKey(to: string, key: string): string {
  return `${DIRECT}${to}:${key}`;
}
