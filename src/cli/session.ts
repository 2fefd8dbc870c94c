import type { Command } from 'commander';
import type { HumanCommand } from '../domain/commands.ts';
import type { Instant } from '../domain/instant.ts';
import type { Actor } from '../domain/people.ts';
import { refusalSentence, type Refusal } from '../domain/refusal.ts';
import type { Run } from '../domain/run.ts';
import type { Services, TargetContext } from '../ports.ts';
import { act } from '../usecases/act.ts';
import { BadUsage, EXIT, type ExitCode } from './exit.ts';
import { moment } from './moment.ts';
import type { Doors } from './program.ts';
import type { Terminal } from './terminal.ts';

/** What can be written with every verb. */
export type GlobalOptions = { readonly config?: string; readonly target?: string; readonly as?: string };

/** The services of one command; `user` is who works here when `--as` is not given (OFFPEAK_USER). */
export type Connection = Services & { readonly user: string | null; close(): Promise<void> };

/** What a verb works with. */
export type Session = {
  readonly services: Connection;
  readonly target: TargetContext;
  readonly terminal: Terminal;
  readonly as: string | null;
  /** A moment in the target's zone and UTC. */
  readonly when: (instant: Instant) => string;
};

/** One verb: parsed options and arguments in, printed answer and exit code out. */
export type Body<Options> = (session: Session, options: Options, ...args: readonly (string | undefined)[]) => Promise<ExitCode>;

/** What a verb file is given to add itself to the program. */
export type Cli = {
  readonly program: Command;
  /** Gives the command its body, run with connected services, which are closed afterwards. */
  readonly verb: <Options extends object>(command: Command, body: Body<Options>) => void;
  /** The same for a verb that needs no configuration, or opens it itself: it is given the doors. */
  readonly bare: (command: Command, body: (doors: Doors, options: GlobalOptions) => Promise<ExitCode>) => void;
};

/** The session of one command. Refuses a target that is not configured as bad usage. */
export function openSession(services: Connection, terminal: Terminal, options: GlobalOptions): Session {
  const name = options.target ?? services.defaultTarget;
  const target = services.targets.get(name);
  if (target === undefined) throw new BadUsage(`There is no target "${name}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  return { services, target, terminal, as: options.as ?? services.user, when: (instant) => moment(instant, target.window.zone) };
}

/** Who acts: the person of `--as` or OFFPEAK_USER, by id or name; otherwise the sentence that says what to set. */
export function actorOf({ services, as }: Session): Actor | string {
  const known = services.people();
  const choices = known.map(({ id, name }) => `${name} (${id})`).join(', ');
  if (as === null) return `Say who you are: set OFFPEAK_USER or write --as. Configured: ${choices}.`;
  const wanted = as.replace(/^@/, '');
  const person = known.find(({ id, name }) => id === wanted || name === wanted);
  if (person === undefined) return `Nobody in the configuration is "${as}". Set OFFPEAK_USER or --as to one of: ${choices}.`;
  return { id: person.id, name: person.name, via: 'terminal' };
}

/** Says on standard error why nothing happened. */
export function refused({ terminal, when }: Session, refusal: Refusal): ExitCode {
  terminal.err(`Refused: ${refusalSentence(refusal, when)}`);
  return EXIT.refused;
}

/** Says on standard error whom the program does not know. */
export function unknownPerson({ terminal }: Session, sentence: string): ExitCode {
  terminal.err(`Refused: ${sentence}`);
  return EXIT.refused;
}

/** Gives a person's command to the target's open run; the run as it is now, or the exit code after the refusal was said. */
export async function give(session: Session, command: HumanCommand): Promise<Run | ExitCode> {
  const actor = actorOf(session);
  if (typeof actor === 'string') return unknownPerson(session, actor);
  const outcome = await act(session.services, { which: { target: session.target.name }, command, actor });
  return outcome.ok ? outcome.run : refused(session, outcome.refusal);
}

/** Prints a value for another program to read. */
export function printJson({ terminal }: Session, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2));
}
