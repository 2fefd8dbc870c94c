import { inWords } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import { context, section, type Message } from './block-kit.ts';
import { runHeader, runName, STATE_WORDS } from './state-words.ts';
import { link, phrase } from './text.ts';

/** The same message for one person, who is told why it comes to them: the channel takes none (T9). */
export function directly(message: Message, channel: string): Message {
  const why = `📮 Sent to you directly: Slack takes no messages in #${phrase(channel, 80)} now. The card returns there when it does.`;
  return { text: message.text, blocks: [context(why), ...message.blocks] };
}

/** What a direct message becomes once the channel is open again: a pointer, without buttons. */
export function backInChannel(run: Run, place: { readonly channel: string; readonly address: string | null }): Message {
  return {
    text: `Run ${runName(run)} is in its channel again; the buttons are on the card there.`,
    blocks: [section(`📮 ${runName(run)} is in <#${place.channel}> again: ${cardLink(place.address)}. The buttons are there.`)],
  };
}

/** What the old copy of a reply becomes when its card was deleted and posted anew (T10). */
export function moved(run: Run, address: string | null): Message {
  return {
    text: `The card of run ${runName(run)} was deleted and posted anew; this message moved with it.`,
    blocks: [section(`➡️ The card of ${runName(run)} was deleted and posted anew; this message moved with it: ${cardLink(address)}.`)],
  };
}

/** Said once after an outage, instead of everything that was not said during it (R15). */
export function caughtUp(run: Run, awayMs: number): Message {
  const gone = `Slack took no messages for ${inWords(awayMs)}`;
  const { word } = STATE_WORDS[run.state];
  return {
    text: `${gone}. Run ${runName(run)} went on by its rules meanwhile: ${word}. Next: look at the card above.`,
    blocks: [section(`🔌 *${gone}.* The run went on by its rules meanwhile; it is now *${runHeader(run)}*. The card above is current.`)],
  };
}

function cardLink(address: string | null): string {
  return address === null ? 'the card' : link(address, 'the card');
}

/** The permalink of a message, as Slack makes them; null while the address of the workspace is not known. */
export function permalink(workspace: string | null, { channel, ts }: { channel: string; ts: string }): string | null {
  return workspace === null ? null : `${workspace.replace(/\/*$/, '/')}archives/${channel}/p${ts.replace('.', '')}`;
}
