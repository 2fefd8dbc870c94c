import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { program } from '../../src/cli/program.ts';
import { knownKeys } from '../../src/config/schema.ts';
import type { HoldReason, StepName } from '../../src/domain/events.ts';
import { ITEMS, type ItemKey, titleOf } from '../../src/domain/items.ts';
import { METRICS, type Metric } from '../../src/domain/monitor.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { ACTIONS, LABELS, type Action } from '../../src/slack/actions.ts';
import { VERBS, type Verb } from '../../src/slack/render/help.ts';
import { METRIC_TITLES } from '../../src/slack/render/metrics.ts';
import { HOLD_WORDS } from '../../src/slack/render/step-words.ts';
import { STEPS } from '../../src/worker/steps/index.ts';
import { aTerminal } from '../cli/a-terminal.ts';
import { someDoors } from '../cli/a-world.ts';

/** What automates a line: a line of the checklist, a step, a command, a button, a refusal, a hold, an alert, a setting, or a file. */
export type Reference =
  | `item ${ItemKey}`
  | `step ${StepName}`
  | `cli ${string}`
  | `slash ${Verb}`
  | `button ${Action}`
  | `refusal ${Refusal['code']}`
  | `hold ${HoldReason}`
  | `alert ${Metric}`
  | `setting ${string}`
  | `file ${string}`;

/** The name as the document says it, and where it leads, from the top of the repository. */
export type Resolved = { readonly label: string; readonly leads: string };

type Found = Resolved | null;

/** How each kind is looked up in what is built; null when there is no such thing. */
const LOOK_UP: Readonly<Record<string, (name: string) => Found>> = {
  item: (name) => {
    const key = ITEMS.find((item) => item === name);
    return key === undefined ? null : { label: `line **${titleOf(key)}**`, leads: `docs/checks.md#${key}` };
  },
  step: (name) =>
    name in STEPS ? { label: `step ${name.replaceAll('_', ' ')}`, leads: `src/worker/steps/${name.replaceAll('_', '-')}.ts` } : null,
  cli: command,
  slash: (name) => (name in VERBS ? { label: `\`/migrate ${name}\``, leads: 'handlers/verbs.ts' } : null),
  button: (name) => {
    const action = ACTIONS.find((known) => known === name);
    return action === undefined ? null : { label: `**${LABELS[action]}**`, leads: `handlers/${name.replaceAll('_', '-')}.ts` };
  },
  refusal: (name) =>
    read('src/domain/refusal.ts').includes(`readonly code: '${name}'`)
      ? { label: `refusal "${name.replaceAll('_', ' ')}"`, leads: 'src/domain/refusal.ts' }
      : null,
  hold: (name) => {
    const words = name in HOLD_WORDS ? HOLD_WORDS[name as HoldReason] : null;
    return words === null ? null : { label: `hold "${words.title}"`, leads: 'src/slack/render/step-words.ts' };
  },
  alert: (name) => {
    const metric = METRICS.find((known) => known === name);
    return metric === undefined ? null : { label: `alert **${METRIC_TITLES[metric]}**`, leads: 'docs/checks.md#during-a-run' };
  },
  setting: (name) => (isSetting(name.split('.')) ? { label: `\`${name}\``, leads: 'offpeak.example.yaml' } : null),
  file: (name) => {
    const [path = '', ...words] = name.split(' ');
    return words.length === 0 ? null : { label: words.join(' '), leads: path };
  },
};

/** What a reference means. Throws when it names something that does not exist. */
export function resolve(reference: Reference): Resolved {
  const [kind = '', ...rest] = reference.split(' ');
  const found = LOOK_UP[kind]?.(rest.join(' ')) ?? null;
  if (found === null) throw new Error(`"${reference}" names nothing that exists.`);
  if (!existsSync(root(found.leads.split('#')[0] ?? ''))) throw new Error(`"${reference}" leads to ${found.leads}, which is not there.`);
  return found;
}

/** `backup --list`: the command must exist, and so must each of its options. */
function command(line: string): Found {
  const words = line.split(' ');
  let at: Command = program(someDoors(aTerminal()), () => {});
  for (const word of words) {
    if (/^[<"]/.test(word)) continue;
    const known = word.startsWith('-') ? at.options.some(({ long, short }) => word === long || word === short) : null;
    if (known === false) return null;
    const next = known === true ? at : at.commands.find((each) => each.name() === word);
    if (next === undefined) return null;
    at = next;
  }
  const [verb = ''] = words;
  return { label: `\`offpeak ${line}\``, leads: verb === 'doctor' ? 'src/cli/doctor.ts' : `src/cli/verbs/${verb}.ts` };
}

/** A setting of a target, or one at the top of the file. */
function isSetting(path: readonly string[]): boolean {
  const key = path.at(-1) ?? '';
  const within = path.slice(0, -1);
  return knownKeys(['targets', 'x', ...within]).includes(key) || knownKeys(within).includes(key);
}

export function root(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

export function read(path: string): string {
  return readFileSync(root(path), 'utf8');
}
