import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { BadUsage, EXIT, type ExitCode } from '../cli/exit.ts';
import { processTerminal } from '../cli/terminal.ts';
import { lintVerb } from '../cli/verbs/lint.ts';
import { lint } from '../processes/lint.ts';

/** `offpeak lint …` alone, exactly as the whole program has it, without loading the rest. */
export async function runLint(line: readonly string[]): Promise<ExitCode> {
  endSoon();
  const terminal = processTerminal();
  let code: ExitCode = EXIT.done;
  const program = new Command('offpeak')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text.trimEnd()) })
    .showHelpAfterError('Write offpeak --help for all commands.');
  lintVerb({
    program,
    bare: (command, body) => void command.action(async () => void (code = await body({ lint, terminal }, command.optsWithGlobals()))),
  });
  try {
    await program.parseAsync([...line], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misused;
    terminal.err(error instanceof Error ? error.message : String(error));
    return error instanceof BadUsage ? EXIT.misused : EXIT.failed;
  }
}

/**
 * The parser is WebAssembly. V8 would compile its largest function anew for speed, which pays in a process that lives; one that ends waits
 * for it, longer than reading a thousand files takes.
 */
function endSoon(): void {
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
}
