import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { supervise, type Role } from '../../src/cli/supervise.ts';
import { until } from '../support/until.ts';

const SOURCES = new URL('../../src/', import.meta.url).href;
const WAYS = [
  ['a promise that nobody caught', 'Promise.reject(new Error("xoxb-1-secret: left alone"))'],
  ['an exception in a timer', 'setTimeout(() => { throw new Error("xoxb-1-secret: left alone"); }, 1)'],
  ['a rejection that is no Error', 'Promise.reject("xoxb-1-secret: left alone")'],
] as const;

/** A process that watches for uncaught errors as bot and worker do, notes that it is up, and then runs this. */
function aRole(name: string, notes: string, then: string): Role {
  const script = `
    const { appendFileSync } = await import('node:fs');
    const { openLog } = await import('${SOURCES}log.ts');
    const { endWhenUncaught } = await import('${SOURCES}processes/uncaught.ts');
    const note = (line) => appendFileSync(${JSON.stringify(notes)}, line.trim() + '\\n');
    process.stderr.write = (line) => { note('log ' + line); return true; };
    process.on('exit', (code) => note('${name} ended ' + code));
    process.on('SIGTERM', () => process.exit(0));
    endWhenUncaught(openLog('${name}'));
    note('${name} up ' + process.pid);
    setInterval(() => {}, 1000);
    ${then};`;
  return { name, command: process.execPath, args: ['--input-type=module', '-e', script] };
}

test.each(WAYS)('T30 %s is logged with an id, the bot comes back, and the worker does not notice', async (_name, fails) => {
  const directory = mkdtempSync(join(tmpdir(), 'offpeak-uncaught-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const notes = join(directory, 'notes');
  const messages: string[] = [];
  const roles = [aRole('bot', notes, fails), aRole('worker', notes, '')];
  const running = supervise({ roles, log: (message) => messages.push(message), patience: { firstMs: 10, longestMs: 40, graceMs: 5_000 } });
  onTestFinished(() => running.stop());
  const noted = (words: string) =>
    readFileSync(notes, { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .filter((line) => line.startsWith(words));
  await until(() => noted('bot up').length >= 3 && noted('worker up').length === 1, { what: 'the third life of the bot' });
  expect(messages[0]).toBe('bot ended (exit code 1); it is started again in 0.01 s');
  expect(noted('bot ended')[0]).toBe('bot ended 1');
  const [line = ''] = noted('log');
  expect(JSON.parse(line.slice(4))).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    error: expect.stringContaining('[secret]: left alone') as string,
    msg: 'an error that nobody caught; the process ends and is started again',
  });
  expect(noted('worker ended')).toEqual([]);
});
