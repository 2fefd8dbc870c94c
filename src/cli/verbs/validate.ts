import { validate } from '../../usecases/validate.ts';
import { EXIT } from '../exit.ts';
import { printJson, type Cli } from '../session.ts';
import { count } from '../../slack/render/text.ts';

const NOTHING = 'Nothing to validate: no applied migration has a validation file.';

/** `offpeak validate`: runs the validation queries of every applied migration, read-only. A row that comes back is a failure (R54). */
export function validateVerb({ program, verb }: Cli): void {
  const command = program
    .command('validate')
    .description('run the validation queries of what is applied, read-only')
    .option('--json', 'as JSON');
  verb<{ json?: boolean }>(command, async (session, { json }) => {
    const { terminal } = session;
    const result = await validate(session.services, session.target.name);
    const ok = result.failures.length === 0;
    if (json) printJson(session, result);
    else if (ok) terminal.out(result.files === 0 ? NOTHING : `No row came back from ${count(result.files, 'validation file')}.`);
    else
      terminal.out(
        `${result.failures.map((failure) => `FAILS  ${failure}`).join('\n')}\n\nNothing was changed. Each line is a query that should have returned no row.`,
      );
    return ok ? EXIT.done : EXIT.failed;
  });
}
