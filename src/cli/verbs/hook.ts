import { hostname } from 'node:os';
import { hookToRun, runHookHere } from '../../usecases/ask-hook.ts';
import { hookWords } from '../../usecases/hooks.ts';
import { EXIT } from '../exit.ts';
import { actorOf, printJson, unknownPerson, type Cli } from '../session.ts';

/** `offpeak hook NAME`: runs an executable of the team here, by its name or an alias of the runbook. `offpeak hooks` lists them. */
export function hookVerb({ program, verb }: Cli): void {
  const one = program
    .command('hook')
    .description('run a hook of the configuration here, by its name or an alias')
    .argument('<name>', 'as offpeak hooks lists it; in quotes when it has spaces')
    .option('--json', 'as JSON');
  verb<{ json?: boolean }>(one, async (session, { json }, name = '') => {
    const { services, target, terminal } = session;
    const actor = actorOf(session);
    if (typeof actor === 'string') return unknownPerson(session, actor);
    const asking = { services, context: target, actor };
    const hook = hookToRun(asking, name);
    if (typeof hook === 'string') return unknownPerson(session, hook);
    const here = { runner: `terminal ${hostname()}:${process.pid}`, signal: terminal.interruption() };
    const { result, recorded } = await runHookHere(asking, hook, here);
    if (!recorded) terminal.err('The ledger cannot be reached, so this is recorded nowhere.');
    if (json) printJson(session, { hook: hook.title, ...result });
    else if (result.ok) terminal.out([result.value.output.trim(), `Hook ${hook.title}: ${hookWords(result.value)}`].join('\n').trim());
    else terminal.err(`Hook ${hook.title} has no result: ${result.why}`);
    return result.ok && result.value.exitCode === 0 ? EXIT.done : EXIT.failed;
  });
}
