import { momentMeant } from '../cli/moment.ts';
import { speedOf, SPEEDS } from '../domain/backfill.ts';
import type { HumanCommand } from '../domain/commands.ts';
import type { Instant } from '../domain/instant.ts';
import { triggerNamed, TRIGGERS } from '../domain/auto-rollback.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Run } from '../domain/run.ts';
import type { Services } from '../ports.ts';
import { restoreCommand } from '../usecases/restore.ts';

/** A request's JSON body. */
export type Body = Readonly<Record<string, unknown>>;

/** What a command may need to know besides its body. */
export type Known = { readonly run: Run; readonly now: Instant; readonly services: Pick<Services, 'targets'> };

/** The command, what is wrong with the body, or why what had to be looked up refuses it. */
export type Read = HumanCommand | string | Refusal;

/** How one command is asked for. */
export type HttpCommand = {
  /** One sentence for docs/http-api.md. */
  readonly does: string;
  /** The fields of its body, each with what it must hold; none takes no body. */
  readonly fields: Readonly<Record<string, string>>;
  /** The command; a sentence instead of it says what is wrong with the body. Fields are known to be listed ones. */
  readonly read: (body: Body, known: Known) => Read | Promise<Read>;
};

const LINE = 'the key of the line, e.g. `staging`; `GET /v1/runs/NUMBER` lists them';

/** Every command that people give, under its own name: the compiler misses one that has no route. */
export const HTTP_COMMANDS: { readonly [Type in HumanCommand['type']]: HttpCommand } = {
  start_checklist: bare('start_checklist', 'Starts the checklist of the open plan.'),
  confirm_item: {
    does: 'Confirms a line of the checklist, with what was looked at.',
    fields: { item: LINE, note: 'what you looked at' },
    read: (body) => withTexts(body, ['item', 'note'], ({ item, note }) => ({ type: 'confirm_item', item, note })),
  },
  acknowledge_item: {
    does: 'Your own word on a line that names you.',
    fields: { item: LINE },
    read: (body) => withTexts(body, ['item'], ({ item }) => ({ type: 'acknowledge_item', item })),
  },
  waive_item: {
    does: 'Lets a line stay open, with the reason.',
    fields: { item: LINE, reason: 'why it may stay open; everybody reads it' },
    read: (body) => withTexts(body, ['item', 'reason'], ({ item, reason }) => ({ type: 'waive_item', item, reason })),
  },
  withdraw_item: {
    does: 'Takes back a confirmation, your own word, or a waiver.',
    fields: { item: LINE },
    read: (body) => withTexts(body, ['item'], ({ item }) => ({ type: 'withdraw_item', item })),
  },
  approve: {
    does: 'Approves the plan with exactly this digest.',
    fields: { digest: 'the digest you read; its first twelve characters are enough' },
    read: (body, { run }) =>
      withTexts(body, ['digest'], ({ digest }) => {
        if (digest.length < 12) return 'digest must have at least twelve characters: the beginning of what you read.';
        return { type: 'approve', digest: run.digest.startsWith(digest) ? run.digest : digest };
      }),
  },
  reject: {
    does: 'Rejects the plan; the run is over.',
    fields: { reason: 'why' },
    read: (body) => withTexts(body, ['reason'], ({ reason }) => ({ type: 'reject', reason })),
  },
  start: bare('start', 'Starts now, if every gate and the window allow it.'),
  schedule: {
    does: 'Starts at that moment, or at the next one that fits.',
    fields: { t0: 'optional: `2026-11-22T18:00Z`, or as in the zone of the target `2026-11-22 19:00` or `19:00`' },
    read: ({ t0 = null }, known) => {
      if (t0 === null) return { type: 'schedule', t0 };
      return typeof t0 === 'string' ? scheduled(t0, known) : 't0 must be text, or be left out for the next moment that fits.';
    },
  },
  stop_after_step: bare('stop_after_step', 'Holds at the next safe point: behind the step that runs, or at once where nothing is written.'),
  pause: bare('pause', 'Holds the backfill that runs at the key it has reached.'),
  set_speed: {
    does: 'How fast the backfill may go.',
    fields: { percent: SPEEDS.join(', ').replace(/, (\d+)$/, ' or $1') },
    read: ({ percent }) => {
      const speed = typeof percent === 'number' ? speedOf(percent) : null;
      return speed === null ? `percent must be one of the numbers ${SPEEDS.join(', ')}.` : { type: 'set_speed', percent: speed };
    },
  },
  run_drill: bare('run_drill', 'Takes a backup and restores it now, as the drill that the checklist asks for.'),
  resume: bare('resume', 'Goes on after a hold.'),
  roll_back: bare('roll_back', 'Undoes everything this run did, now, at any hour.'),
  confirm_presence: bare('confirm_presence', 'Says that you are watching the run.'),
  acknowledge_alert: {
    does: 'Takes an alert upon yourself: Offpeak neither rolls back nor holds for it.',
    fields: {
      alert: TRIGGERS.map((each) => `\`${each}\``)
        .join(', ')
        .replace(/, ([^,]+)$/, ' or $1'),
    },
    read: ({ alert }) => {
      const trigger = triggerNamed(alert);
      return trigger === undefined ? `alert must be one of ${TRIGGERS.join(', ')}.` : { type: 'acknowledge_alert', alert: trigger };
    },
  },
  hold_five: bare('hold_five', 'For five minutes nothing goes forward, and Offpeak rolls nothing back by itself.'),
  raise_class: {
    does: 'Wants a staging run although the plan is trivial; nothing lowers the class again.',
    fields: { reason: 'why; everybody reads it' },
    read: (body) => withTexts(body, ['reason'], ({ reason }) => ({ type: 'raise_class', reason })),
  },
  report_problem: {
    does: 'Says that something is wrong after the change: the run holds, or is open again, and is checked.',
    fields: { words: 'what you see, where, since when' },
    read: (body) => withTexts(body, ['words'], ({ words }) => ({ type: 'report_problem', words })),
  },
  request_restore: {
    does: 'Asks for a restore of a proved backup beside the live database; nothing is done before `approve_restore`.',
    fields: {
      backup: 'its id; `offpeak restore --list` names them. `point-in-time`: by the provider, in place',
      database: 'the name of the database, typed by hand',
    },
    read: async ({ backup, database }, { run, services }) => {
      if (typeof backup !== 'string' || typeof database !== 'string') return 'backup and database must be text.';
      const meant = await restoreCommand(services, { run, backupId: backup, database });
      return meant.ok ? meant.command : meant.refusal;
    },
  },
  approve_restore: {
    does: 'Agrees, as a second person, to the restore of exactly this backup.',
    fields: { backup: 'the id you read, or `point-in-time`' },
    read: (body) => withTexts(body, ['backup'], ({ backup }) => ({ type: 'approve_restore', backupId: backup })),
  },
  give_up_restore: {
    does: 'You looked: the provider did not take the database back, and nothing more is asked of it; or it did, and that was not recognised.',
    fields: { went_back: 'optional: `true` when it did; the run ends restored, not confirmed' },
    read: ({ went_back: wentBack = false }) =>
      typeof wentBack === 'boolean' ? { type: 'give_up_restore', ...(wentBack && { wentBack }) } : 'went_back must be true or false.',
  },
  confirm_test: {
    does: 'Records an application test that you did after the change.',
    fields: { test: 'its name in `application_tests`', note: 'what you did, and what you saw' },
    read: (body) => withTexts(body, ['test', 'note'], ({ test, note }) => ({ type: 'confirm_test', test, note })),
  },
  record_lessons: {
    does: 'Writes down what was learned, and closes a run that had a problem or was restored.',
    fields: { lessons: 'what was learned, and what will be done otherwise' },
    read: (body) => withTexts(body, ['lessons'], ({ lessons }) => ({ type: 'record_lessons', lessons })),
  },
  cancel: bare('cancel', 'Gives up a run that has changed nothing, or closes one whose rollback failed.'),
};

/** The command of that name; null when there is none. */
export function httpCommand(name: string): HttpCommand | null {
  return Object.hasOwn(HTTP_COMMANDS, name) ? HTTP_COMMANDS[name as HumanCommand['type']] : null;
}

function bare(type: Plain, does: string): HttpCommand {
  return { does, fields: {}, read: () => ({ type }) };
}

/** The commands that say everything by their name. */
type Plain = {
  [Type in HumanCommand['type']]: keyof Extract<HumanCommand, { type: Type }> extends 'type' ? Type : never;
}[HumanCommand['type']];

function withTexts<Name extends string>(
  body: Body,
  names: readonly Name[],
  command: (texts: Readonly<Record<Name, string>>) => HumanCommand | string,
): HumanCommand | string {
  for (const name of names) if (typeof body[name] !== 'string') return `${name} must be text.`;
  return command(body as Readonly<Record<Name, string>>);
}

function scheduled(text: string, { run, now }: Known): HumanCommand | string {
  try {
    return { type: 'schedule', t0: momentMeant(text, { now, zone: run.plan.window.zone }) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
