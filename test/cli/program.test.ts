import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { program, runCli } from '../../src/cli/program.ts';
import { BadConfiguration } from '../../src/cli/exit.ts';
import { aTerminal } from './a-terminal.ts';
import { someDoors } from './a-world.ts';

const src = join(import.meta.dirname, '../../src');

test('every file of verbs/ is a verb of the program', () => {
  const files = readdirSync(join(src, 'cli/verbs')).map((name) => name.replace('.ts', ''));
  const names = program(someDoors(aTerminal()), () => {}).commands.map((command) => command.name());
  expect(names.filter((name) => !['start', 'bot', 'worker', 'doctor'].includes(name)).sort()).toEqual(files.sort());
});

test('what reads can be read by programs', () => {
  const top = program(someDoors(aTerminal()), () => {});
  const all = top.commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
  const withJson = all.filter((command) => command.options.some((option) => option.long === '--json')).map((command) => command.name());
  expect(withJson.sort()).toEqual(
    [
      'adopt',
      'backup',
      'check',
      'check-long-queries',
      'doctor',
      'health-checks',
      'history',
      'hook',
      'hooks',
      'lint',
      'migrate',
      'plan',
      'rehearse',
      'replication-lag',
      'rollback',
      'status',
      'validate',
      'verify',
    ].sort(),
  );
});

test('a bad configuration is exit code 3 with every mistake, and no stack trace', async () => {
  const terminal = aTerminal();
  const mistakes = new BadConfiguration('It has mistakes.\noffpeak.yaml:1:1 ledger: is missing.');
  expect(await runCli(['status'], { ...someDoors(terminal), connect: () => Promise.reject(mistakes) })).toBe(3);
  expect(terminal.said()).toBe('It has mistakes.\noffpeak.yaml:1:1 ledger: is missing.');
});

test('the roles are run with the options of the command line, and their exit code is the program’s', async () => {
  const doors = someDoors(aTerminal());
  const seen: unknown[] = [];
  const start = async (options: unknown) => {
    seen.push(options);
    return 3 as const;
  };
  expect(await runCli(['start', '--config', 'night.yaml'], { ...doors, run: { ...doors.run, start } })).toBe(3);
  expect(seen).toEqual([{ config: 'night.yaml' }]);
  expect(await runCli(['worker'], doors)).toBe(1);
});

test('the program file can be executed, and says what an older Node.js lacks before it loads anything of ours', () => {
  const file = join(src, 'bin/offpeak.js');
  const text = readFileSync(file, 'utf8');
  expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
  expect(statSync(file).mode & 0o111).toBe(0o111);
  expect([...text.matchAll(/^import .*$/gm)].map(([line]) => line)).toEqual([]);
  expect(text.indexOf('process.exit(3)')).toBeLessThan(text.indexOf('import('));
});
