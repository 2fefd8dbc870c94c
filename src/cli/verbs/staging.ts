import { resultOf } from '../../domain/staging.ts';
import type { Run } from '../../domain/run.ts';
import { stage } from '../../usecases/stage.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { follow } from '../follow.ts';
import { actorOf, refused, unknownPerson, type Cli, type Session } from '../session.ts';

/** `offpeak staging`: tries the open plan out on its twin and follows that run until its end. Exit code 0 only when everything passed (R7). */
export function stagingVerb({ program, verb }: Cli): void {
  verb(
    program.command('staging').description('try the open plan out on its staging twin, and follow that until its end'),
    async (session) => {
      const actor = actorOf(session);
      if (typeof actor === 'string') return unknownPerson(session, actor);
      const outcome = await stage(session.services, { target: session.target.name, actor });
      if (!outcome.ok) return refused(session, outcome.refusal);
      session.terminal.out(
        `Run #${outcome.run.number} tries it out on ${outcome.run.target}. Nothing of it touches ${session.target.name}.`,
      );
      const ended = await follow(session, outcome.run.id, 0);
      if (ended === null) {
        const { number, target } = outcome.run;
        const there = `offpeak --target ${target}`;
        session.terminal.err(
          `You stopped looking; staging run #${number} goes on. "${there} logs -f" follows it again, "${there} rollback" takes it back.`,
        );
        return EXIT.failed;
      }
      return told(session, ended);
    },
  );
}

function told({ terminal }: Session, run: Run): ExitCode {
  const { before, after } = run.staged;
  const limits = run.plan.stagingFor?.limits;
  if (run.state !== 'completed' || before === null || after === null || limits === undefined) {
    terminal.err(`Staging run #${run.number} came to no result, it is ${run.state.replace('_', ' ')}: ${run.end?.detail ?? ''}`);
    return EXIT.failed;
  }
  const parts = resultOf({ before, after }, limits);
  const words = { pass: 'ok', breach: 'FAILS', unknown: 'UNKNOWN' } as const;
  for (const part of parts) terminal.out(`${words[part.verdict].padEnd(8)}${part.words}`);
  return parts.every(({ verdict }) => verdict === 'pass') ? EXIT.done : EXIT.failed;
}
