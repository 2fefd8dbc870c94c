import type { Run } from '../../domain/run.ts';
import { COMMAND } from '../actions.ts';
import { context, section, type Message } from './block-kit.ts';
import { runHeader } from './state-words.ts';
import { code, escape } from './text.ts';

/** The verbs of the slash command, each with what follows it and what it does. */
export const VERBS = {
  plan: { usage: 'plan [target]', does: 'read the pending migrations and post their card' },
  status: { usage: 'status [target]', does: 'what is applied, pending and running' },
  checklist: { usage: 'checklist', does: 'start the checklist of the open plan' },
  staging: { usage: 'staging [target]', does: 'try the open plan out on the staging twin' },
  raise: { usage: 'raise <reason>', does: 'want a staging run although the plan is trivial' },
  approve: { usage: 'approve <digest>', does: 'approve the plan with this digest (twelve characters are enough)' },
  start: { usage: 'start', does: 'start now, if every gate and the window allow it' },
  schedule: { usage: 'schedule [22:30]', does: 'start at that time, or at the next moment that fits' },
  stop: { usage: 'stop', does: 'stop after the step that runs' },
  pause: { usage: 'pause', does: 'hold the backfill that runs at the key it has reached' },
  speed: { usage: 'speed <25|50|100|200>', does: 'how fast the backfill may go, in per cent' },
  resume: { usage: 'resume', does: 'go on after a hold' },
  rollback: { usage: 'rollback', does: 'undo everything this run did, now' },
  present: { usage: 'present', does: 'say that you are watching the run' },
  hold: { usage: 'hold', does: 'five minutes to look at an alert: nothing goes forward, and nothing back by itself' },
  'acknowledge-alert': { usage: 'acknowledge-alert <alert>', does: 'take an alert upon yourself, e.g. p95 or error_rate' },
  cancel: { usage: 'cancel', does: 'give up a run that has changed nothing, or close one whose rollback failed' },
  drill: { usage: 'drill', does: 'take and restore a backup now, after an attempt that failed' },
  db: { usage: 'db [check-long-queries|replication-lag]', does: 'connections by state, long queries, lag, and who waits for whom' },
  hook: { usage: 'hook [name]', does: 'run a hook of the team by its name or an alias; without a name, list them' },
  history: { usage: 'history [target]', does: 'the last ten runs' },
  help: { usage: 'help', does: 'this list' },
} as const;
export type Verb = keyof typeof VERBS;

export const VERB_NAMES = Object.keys(VERBS) as readonly Verb[];

/** What this person can do at this moment, then everything there is. */
export function help(known: { readonly run: Run | null; readonly target: string; readonly possible: readonly Verb[] }): Message {
  const { run, target, possible } = known;
  const head = run === null ? `No run is open on ${escape(target)}.` : `*${runHeader(run)}*`;
  const now = possible.map((verb) => `• ${usage(verb)} ${VERBS[verb].does}`).join('\n');
  const others = VERB_NAMES.filter((verb) => !possible.includes(verb)).map((verb) => code(VERBS[verb].usage));
  return {
    text: `What you can do now with ${COMMAND}: ${possible.join(', ')}.`,
    blocks: [section(`${head}\n*What you can do now*\n${now}`), context(`Also: ${others.join(' ')}`)],
  };
}

/** A verb that does not exist: the nearest one and five examples (R10). */
export function unknownVerb(said: string, nearest: Verb | null): Message {
  const guess = nearest === null ? '' : ` Did you mean ${usage(nearest)}?`;
  const examples = (['plan', 'status', 'schedule', 'rollback', 'help'] as const).map((verb) => `• ${usage(verb)} ${VERBS[verb].does}`);
  return {
    text: `${COMMAND} does not know "${said}".`,
    blocks: [section(`${COMMAND} does not know ${code(said, 60)}.${guess} Nothing was done.\n${examples.join('\n')}`)],
  };
}

function usage(verb: Verb): string {
  return code(`${COMMAND} ${VERBS[verb].usage}`);
}
