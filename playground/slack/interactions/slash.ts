import { keptAttachments } from '../attachments.ts';
import { flagOf, listOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Slack } from '../slack.ts';
import type { Person } from '../options.ts';
import type { Channel, Workspace } from '../workspace.ts';
import { refusedAttachments, refusedBlocks } from '../methods/posting.ts';
import { withBlockIds } from '../block-kit/block-ids.ts';
import { hand, reject, slashWording } from './outcome.ts';
import type { Outcome, Rejected } from './outcome.ts';
import { slashPayload } from './payloads.ts';

/** Types a slash command. `line` is the whole line; a command the manifest does not declare never reaches the program. */
export async function slash(slack: Slack, said: { person: Person; channel: Channel; line: string }): Promise<Outcome | Rejected> {
  const { person, channel, line } = said;
  const [, name = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
  const command = slack.options.commands.find((declared) => declared.command === name);
  if (!command) {
    const known = slack.options.commands.map((declared) => declared.command);
    return reject(`${name || line} is not a valid command.`, { commands: known }, 400);
  }
  const text = command.should_escape === false ? rest.trim() : escapeNames(slack.workspace, rest.trim());
  const payload = slashPayload(slack, { person, channel, command: name, text });
  const outcome = await hand(slack, { type: 'slash_commands', name, payload }, slashWording(name));
  const judged = outcome.ack ? answerInline(slack, { person, channel, line, ack: outcome.ack, name }) : undefined;
  const result = judged ? { ...outcome, ok: false, error: judged } : outcome;
  if (result.error !== undefined) slack.live.emit({ type: 'failure', user: person.id, channel: channel.id, text: result.error });
  return result;
}

/** The payload of the acknowledgement is the answer: for one person, or for the channel with what was typed. */
function answerInline(slack: Slack, said: { person: Person; channel: Channel; line: string; ack: Json; name: string }): string | undefined {
  const { person, channel, line, ack, name } = said;
  const refusal = refusedBlocks(ack['blocks']) ?? refusedAttachments(ack['attachments']);
  if (refusal) return `${name} failed with the error "${textOf((refusal as Json)['error'])}"`;
  const text = textOf(ack['text']);
  const blocks = withBlockIds(listOf(ack['blocks']));
  const attachments = keptAttachments(ack['attachments']);
  if (text === '' && blocks.length === 0 && attachments.length === 0) return undefined;
  if (ack['response_type'] === 'in_channel') {
    slack.messages.post({ channel: channel.id, user: person.id, text: line });
    slack.messages.post({ channel: channel.id, text, blocks, attachments });
    return undefined;
  }
  if (!flagOf(ack['delete_original'])) slack.messages.whisper({ channel: channel.id, user: person.id, text, blocks, attachments });
  return undefined;
}

/** What a person types, as Slack stores it: their own < and > are only text, and names become ids. */
export function asTyped(workspace: Workspace, text: string): string {
  return escapeNames(workspace, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
}

/** `@maya` → `<@U…|maya>`, `#deployments` → `<#C…|deployments>`, as `should_escape` in the manifest asks. */
function escapeNames(workspace: Workspace, text: string): string {
  const people = text.replaceAll(/(?<=^|\s)@([\w.-]+)/g, (all, name: string) => {
    const person = workspace.person(name);
    return person ? `<@${person.id}|${person.name}>` : all;
  });
  return people.replaceAll(/(?<=^|\s)#([\w-]+)/g, (all, name: string) => {
    const channel = workspace.channel(name);
    return channel ? `<#${channel.id}|${channel.name}>` : all;
  });
}
