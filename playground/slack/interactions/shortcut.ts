import type { DeclaredShortcut, Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import { clickWording, hand, reject } from './outcome.ts';
import type { Outcome, Rejected } from './outcome.ts';
import { globalShortcutPayload, messageShortcutPayload } from './payloads.ts';

/** Picks a shortcut of the manifest from the lightning menu, or from the menu of a message when `on` says which. */
export async function useShortcut(
  slack: Slack,
  used: { readonly person: Person; readonly callbackId: string; readonly on?: { readonly channel: Channel; readonly ts: string } },
): Promise<Outcome | Rejected> {
  const { person, callbackId, on } = used;
  const type: DeclaredShortcut['type'] = on ? 'message' : 'global';
  const declared = (slack.options.shortcuts ?? []).filter((shortcut) => shortcut.type === type);
  if (!declared.some(({ callback_id }) => callback_id === callbackId)) {
    return reject(`The manifest declares no ${type} shortcut ${callbackId}.`, {
      shortcuts: declared.map(({ callback_id }) => callback_id),
    });
  }
  const name = `shortcut ${callbackId}`;
  if (!on) return hand(slack, { type: 'interactive', name, payload: globalShortcutPayload(slack, person, callbackId) }, clickWording);
  const message = on.channel.members.has(person.id) ? slack.messages.find(on.channel.id, on.ts) : undefined;
  if (!message || message.deleted === true)
    return reject(`There is no message ${on.ts} in #${on.channel.name} that ${person.name} can see.`);
  const payload = messageShortcutPayload(slack, { person, channel: on.channel, message, callbackId });
  return hand(slack, { type: 'interactive', name, payload }, clickWording);
}
