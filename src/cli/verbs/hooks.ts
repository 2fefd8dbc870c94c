import { hooksOf, hookWords } from '../../usecases/hooks.ts';
import type { HookRun } from '../../ports.ts';
import { momentWords } from '../../slack/render/hook.ts';
import { EXIT } from '../exit.ts';
import { printJson, type Cli } from '../session.ts';
import { table } from '../../slack/render/table.ts';

/** `offpeak hooks`: the executables of a target, when each runs by itself, and what it said when somebody last asked for it. */
export function hooksVerb({ program, verb }: Cli): void {
  const list = program.command('hooks').description('the hooks of a target, and what they said last').option('--json', 'as JSON');
  verb<{ json?: boolean }>(list, async (session, { json }) => {
    const { services, target, terminal, when } = session;
    const hooks = hooksOf(target.sources);
    const newest = await services.ledger.hookRuns(target.name).catch(() => []);
    const rows = hooks.map(({ title, aliases, when: moments }) => {
      const last = newest.find((run) => run.hook === title);
      return { title, aliases, moments, last: last ?? null };
    });
    if (json) printJson(session, rows);
    else if (rows.length === 0) terminal.out(`${target.name} has no hooks. They are named under hooks: in offpeak.yaml.`);
    else
      terminal.out(
        table(
          rows.map(({ title, aliases, moments, last }) => [
            title,
            momentWords(moments),
            aliases.length === 0 ? '' : `also ${aliases.join(', ')}`,
            last === null ? '' : `${when(last.askedAt)}: ${said(last.result)}`,
          ]),
        ),
      );
    return EXIT.done;
  });
}

function said(result: HookRun['result']): string {
  if (result === null) return 'no result yet';
  return result.ok ? hookWords(result.value) : `no result: ${result.why}`;
}
