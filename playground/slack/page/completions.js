/** What may be meant while typing. Pure: it is given what there is and where the caret stands, and answers a list. */

/**
 * The verbs of a usage hint such as `plan · schedule 22:30 · approve <digest>`, each with what follows it.
 * A hint that is a sentence or a lone placeholder has none.
 */
export function verbsIn(usageHint) {
  const parts = usageHint.replace(/^\[(.*)\]$/, '$1').split(/\s*[·|,]\s*/);
  const verbs = parts.map((part) => /^([a-z][\w-]*)(?:\s+(.+))?$/.exec(part.trim())).filter((found) => found !== null);
  return verbs.length < 2 ? [] : verbs.map(([, verb, argument]) => ({ verb, argument: argument ?? '' }));
}

/**
 * Completions for `text` before the caret: `{kind, from, text, label, hint, user?}`, where `text` replaces everything from
 * `from` to the caret. `known`: `{commands, shortcuts, people, channels, inThread}`; threads know no slash commands, as in Slack.
 */
export function completions(before, known) {
  if (!known.inThread && before.startsWith('/')) {
    const found = [...commands(before, known.commands), ...verbs(before, known.commands), ...shortcuts(before, known.shortcuts ?? [])];
    if (found.length > 0) return found;
  }
  return [...people(before, known.people), ...channels(before, known.channels)];
}

/** The usage of what is being typed, e.g. `/migrate schedule 22:30`; empty when it is no declared command. */
export function usageOf(text, commands) {
  const found = commands.find(({ command }) => text.startsWith(`${command} `));
  if (!found) return '';
  const typed = text.slice(found.command.length + 1);
  const verb = verbsIn(found.usage_hint).find(({ verb }) => typed.startsWith(`${verb} `));
  if (verb) return [found.command, verb.verb, verb.argument].filter(Boolean).join(' ');
  return `${found.command} ${found.usage_hint}`;
}

function commands(before, declared) {
  if (!/^\/\S*$/.test(before)) return [];
  return declared
    .filter(({ command }) => command.startsWith(before))
    .map(({ command, description, usage_hint }) => ({
      kind: 'command',
      from: 0,
      text: `${command} `,
      label: command,
      hint: usage_hint,
      detail: description,
    }));
}

/** Global shortcuts stand in the same menu, as in Slack; one that is taken is used at once. */
function shortcuts(before, declared) {
  const wanted = /^\/(\S*)$/.exec(before)?.[1].toLowerCase();
  if (wanted === undefined) return [];
  return declared
    .filter(({ type, name }) => type === 'global' && name.toLowerCase().startsWith(wanted))
    .map(({ callback_id, name, description }) => ({
      kind: 'shortcut',
      from: 0,
      text: '',
      label: name,
      hint: '',
      detail: description,
      callback_id,
    }));
}

function verbs(before, declared) {
  const [, name, typed] = /^(\/\S+) (\S*)$/.exec(before) ?? [];
  const found = declared.find(({ command }) => command === name);
  if (!found) return [];
  return verbsIn(found.usage_hint)
    .filter(({ verb }) => verb.startsWith(typed.toLowerCase()))
    .map(({ verb, argument }) => ({
      kind: 'verb',
      from: name.length + 1,
      text: argument ? `${verb} ` : verb,
      label: `${name} ${verb}`,
      hint: argument,
    }));
}

function people(before, all) {
  const found = /(?:^|\s)@([\w.-]*)$/.exec(before);
  if (!found) return [];
  const wanted = found[1].toLowerCase();
  return all
    .filter(({ deleted }) => !deleted)
    .filter(({ name, real_name }) => [name, ...real_name.toLowerCase().split(' ')].some((word) => word.startsWith(wanted)))
    .map(({ id, name, real_name, title }) => ({
      kind: 'person',
      from: before.length - found[1].length - 1,
      text: `@${name} `,
      label: real_name,
      hint: `@${name}`,
      detail: title,
      user: id,
    }));
}

function channels(before, all) {
  const found = /(?:^|\s)#([\w-]*)$/.exec(before);
  if (!found) return [];
  return all
    .filter((channel) => !channel.with && channel.name.startsWith(found[1].toLowerCase()))
    .map(({ name }) => ({ kind: 'channel', from: before.length - found[1].length - 1, text: `#${name} `, label: `#${name}`, hint: '' }));
}
