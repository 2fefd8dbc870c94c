import { speedOf, SPEEDS } from '../src/domain/backfill.ts';
import { triggerNamed } from '../src/domain/auto-rollback.ts';
import type { HumanCommand } from '../src/domain/commands.ts';
import { standingAlerts } from '../src/domain/monitor.ts';
import type { Actor } from '../src/domain/people.ts';
import type { Run } from '../src/domain/run.ts';
import { momentMeant } from '../src/cli/moment.ts';
import { act, openOrTried, type Which } from '../src/usecases/act.ts';
import { plan } from '../src/usecases/plan.ts';
import { stage } from '../src/usecases/stage.ts';
import { status } from '../src/usecases/status.ts';
import type { Message } from '../src/slack/render/block-kit.ts';
import { help, type Verb } from '../src/slack/render/help.ts';
import { note, refusalMessage } from '../src/slack/render/refusal.ts';
import { historyMessage, statusMessage } from '../src/slack/render/status.ts';
import { runName } from '../src/slack/render/state-words.ts';
import { runsOutLine } from '../src/slack/render/runs-out.ts';
import { code } from '../src/slack/render/text.ts';
import { actorOf, personOf } from './actor.ts';
import { cardLink } from './card-link.ts';
import { dbVerb } from './db-verb.ts';
import { hookVerb } from './hook-verb.ts';
import { possibleVerbs } from './possible.ts';
import { rollBackTyped } from './roll-back-verb.ts';
import { stagedMessage } from './try-staging.ts';
import type { Slash, Tools } from './tools.ts';

/** What was typed after the verb. */
type Asked = { readonly slash: Slash; readonly words: readonly string[] };
type VerbListener = (tools: Tools, asked: Asked) => Promise<Answer>;

/** An answer; a `quiet` one says only what the channel shows as well. */
type Answer = Message & { readonly quiet?: true };

/** The verbs of the slash command, one body each; what changes a run goes through the same `act` as every button. */
export const VERB_LISTENERS: Readonly<Record<Verb, VerbListener>> = {
  plan: planVerb,
  status: async (tools, { words }) => {
    const target = words[0] ?? tools.services.defaultTarget;
    return tools.services.targets.has(target)
      ? statusMessage(await status(tools.services, target), tools.services.people())
      : noTarget(tools, target);
  },
  history: async (tools, { words }) => {
    const target = words[0] ?? tools.services.defaultTarget;
    if (!tools.services.targets.has(target)) return noTarget(tools, target);
    return historyMessage(target, await tools.services.ledger.list({ target, limit: 10 }));
  },
  help: helpVerb,
  staging: stagingVerb,
  raise: changes((_run, words) => ({ type: 'raise_class', reason: words.join(' ') })),
  checklist: changes(() => ({ type: 'start_checklist' })),
  approve: changes((run, [digest = '']) =>
    digest.length >= 12 ? { type: 'approve', digest: run.digest.startsWith(digest) ? run.digest : digest } : NO_DIGEST,
  ),
  start: changes(() => ({ type: 'start' })),
  schedule: scheduleVerb,
  stop: changes(() => ({ type: 'stop_after_step' })),
  pause: changes(() => ({ type: 'pause' })),
  speed: changes((_run, [percent = '']) => {
    const speed = speedOf(Number(percent.replace(/%$/, '') || Number.NaN));
    return speed === null
      ? `Write one of these: ${SPEEDS.map((each) => `\`/migrate speed ${each}\``).join(', ')}. Nothing was changed.`
      : { type: 'set_speed', percent: speed };
  }),
  resume: changes(() => ({ type: 'resume' })),
  rollback: changes(rollBackTyped),
  present: changes(() => ({ type: 'confirm_presence' })),
  hold: changes(() => ({ type: 'hold_five' })),
  'acknowledge-alert': changes((run, [name = '']) => {
    const alert = triggerNamed(name);
    if (alert !== undefined) return { type: 'acknowledge_alert', alert };
    const [first = 'p95'] = standingAlerts(run).map(({ metric }) => metric);
    return `Write which alert: ${code(`/migrate acknowledge-alert ${first}`)}. Nothing was changed.`;
  }),
  cancel: changes(() => ({ type: 'cancel' })),
  drill: changes(() => ({ type: 'run_drill' })),
  db: dbVerb,
  hook: hookVerb,
};

const NO_DIGEST = 'Write the first twelve characters of the digest that you read: `/migrate approve 4315050d1ac0`. It stands on the card.';

type Meant = HumanCommand | string | Message;

/** A verb that gives one command to the open run; a sentence or a message instead of a command is the answer. */
function changes(commandOf: (run: Run, words: readonly string[], tools: Tools) => Meant | Promise<Meant>): VerbListener {
  return async (tools, { slash, words }) => {
    const { which, rest } = whichRun(tools, words);
    const run = await find(tools, which);
    if (run === null) return refusalMessage({ code: 'no_run', target: 'target' in which ? which.target : 'that number' }, null);
    const command = await commandOf(run, rest, tools);
    if (typeof command === 'string') return note(command);
    if ('blocks' in command) return command;
    const resolved = await actorOf(tools, slash, command.type);
    if (!resolved.ok) return note(`🔒 ${resolved.sentence}`);
    const outcome = await act(tools.services, { which: { runId: run.id }, command, actor: resolved.actor });
    tools.poke(run.id);
    if (outcome.ok) return note(`${recorded(outcome.run)}${command.type === 'schedule' ? await early(tools, outcome.run) : ''}`);
    const asked = { actor: resolved.actor, command: command.type, card: await cardLink(tools, run.id) };
    return refusalMessage(outcome.refusal, outcome.run, asked);
  };
}

/** What was done; closing a failed rollback leaves something behind, and that is said. */
function recorded(run: Run): string {
  const left = run.state === 'failed' && run.end !== null ? run.end.remaining : [];
  const stays = left.length === 0 ? '' : ` Still applied on ${run.target}: ${code(left.join(', '), 200)}.`;
  return `✅ Recorded for ${runName(run)}; the card shows it.${stays}`;
}

/** Scheduling is the moment at which somebody awake can still give again what would be missing at night. */
async function early({ services }: Tools, run: Run): Promise<string> {
  const warning = runsOutLine({ run, now: await services.ledger.now() }, services.people());
  return warning === '' ? '' : `\n${warning}`;
}

async function planVerb(tools: Tools, { slash, words }: Asked): Promise<Answer> {
  const target = words[0] ?? tools.services.defaultTarget;
  if (!tools.services.targets.has(target)) return noTarget(tools, target);
  const resolved = await actorOf(tools, slash, 'plan');
  if (!resolved.ok) return note(`🔒 ${resolved.sentence}`);
  const outcome = await plan(tools.services, { target, actor: resolved.actor });
  if (outcome.run !== null) tools.poke(outcome.run.id);
  if (!outcome.ok) {
    const card = outcome.run === null ? null : await cardLink(tools, outcome.run.id);
    return refusalMessage(outcome.refusal, outcome.run, { actor: resolved.actor, command: 'plan', card });
  }
  return { ...note(`📝 Planned ${runName(outcome.run)}; its card is in the channel.`), quiet: true };
}

/** Tries the open plan out on its twin; the run it makes has a card of its own. */
async function stagingVerb(tools: Tools, { slash, words }: Asked): Promise<Answer> {
  const target = words[0] ?? tools.services.defaultTarget;
  if (!tools.services.targets.has(target)) return noTarget(tools, target);
  const resolved = await actorOf(tools, slash, 'start');
  if (!resolved.ok) return note(`🔒 ${resolved.sentence}`);
  return stagedMessage(tools, await stage(tools.services, { target, actor: resolved.actor }), resolved.actor);
}

async function scheduleVerb(tools: Tools, asked: Asked): Promise<Answer> {
  const listener = changes(async (run, words) => {
    const text = words.join(' ');
    if (text === '') return { type: 'schedule', t0: null };
    try {
      return { type: 'schedule', t0: momentMeant(text, { now: await tools.services.ledger.now(), zone: run.plan.window.zone }) };
    } catch (error) {
      return `🔒 ${error instanceof Error ? error.message : String(error)} Nothing was scheduled.`;
    }
  });
  return listener(tools, asked);
}

async function helpVerb(tools: Tools, { slash, words }: Asked): Promise<Message> {
  const { services } = tools;
  const target = words[0] !== undefined && services.targets.has(words[0]) ? words[0] : services.defaultTarget;
  const [run, now] = await Promise.all([services.ledger.active(target), services.ledger.now()]);
  const person = personOf(services.people(), slash.user.id);
  const actor: Actor = { id: person?.id ?? slash.user.id, name: person?.name ?? slash.user.id, via: 'slack' };
  return help({ run, target, possible: possibleVerbs(run, { services, actor, now }) });
}

/** `#42`, a target's name, or nothing for the default target; then what is left. */
function whichRun({ services }: Tools, words: readonly string[]): { readonly which: Which; readonly rest: readonly string[] } {
  const [first = '', ...rest] = words;
  if (/^#\d+$/.test(first)) return { which: { number: Number(first.slice(1)) }, rest };
  if (services.targets.has(first)) return { which: { target: first }, rest };
  return { which: { target: services.defaultTarget }, rest: words };
}

function find({ services: { ledger } }: Tools, which: Which): Promise<Run | null> {
  if ('number' in which) return ledger.byNumber(which.number);
  return 'target' in which ? openOrTried(ledger, which.target) : ledger.load(which.runId);
}

function noTarget({ services }: Tools, target: string): Message {
  return note(
    `🔒 There is no target ${code(target, 80)}. Configured: ${[...services.targets.keys()].map((name) => code(name, 80)).join(', ')}.`,
  );
}
