import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { supervise, type Patience, type Role } from '../../src/cli/supervise.ts';
import { until } from '../support/until.ts';

const QUICK: Partial<Patience> = { firstMs: 10, longestMs: 40, graceMs: 5_000 };

/** A role whose child runs this script; `note(text)` adds a line to a file that the test reads. */
function aRole(name: string, script: string): Role & { readonly notes: () => readonly string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'offpeak-supervise-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'notes');
  const prelude = `const note = (text) => require('node:fs').appendFileSync(${JSON.stringify(file)}, text + '\\n');`;
  const notes = () => {
    try {
      return readFileSync(file, 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  };
  return { name, command: process.execPath, args: ['-e', `${prelude}\n${script}`], notes };
}

const STAY = `process.on('SIGTERM', () => { note('ended'); process.exit(0); }); note('up'); setInterval(() => {}, 1000);`;

function supervised(roles: readonly Role[], patience: Partial<Patience> = QUICK) {
  const messages: string[] = [];
  const running = supervise({ roles, log: (message) => messages.push(message), patience });
  onTestFinished(() => running.stop());
  return { ...running, messages };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a child that is killed is started again, the other one is left alone, and both pids are told', async () => {
  const [bot, worker] = [aRole('bot', STAY), aRole('worker', STAY)];
  const { pids, messages } = supervised([bot, worker]);
  await until(() => bot.notes().length === 1 && worker.notes().length === 1, { what: 'both children' });
  const [first, other] = [pids().get('worker') ?? 0, pids().get('bot')];
  process.kill(first, 'SIGKILL');
  await until(() => worker.notes().length === 2, { what: 'the second worker' });
  expect(pids().get('worker')).not.toBe(first);
  expect(pids().get('bot')).toBe(other);
  expect(messages).toEqual(['worker ended (SIGKILL); it is started again in 0.01 s']);
});

test('the pauses before restarts grow up to the longest', async () => {
  const { messages } = supervised([aRole('worker', 'process.exit(1)')]);
  await until(() => messages.length >= 5, { what: 'five restarts' });
  const pauses = messages.slice(0, 5).map((message) => message.replace(/.* in /, ''));
  expect(pauses).toEqual(['0.01 s', '0.02 s', '0.04 s', '0.04 s', '0.04 s']);
});

test('stop ends both with SIGTERM and waits until they are gone', async () => {
  const [bot, worker] = [aRole('bot', STAY), aRole('worker', STAY)];
  const { pids, stop, ended } = supervised([bot, worker]);
  await until(() => bot.notes().length === 1 && worker.notes().length === 1, { what: 'both children' });
  const were = [...pids().values()];
  await stop();
  expect(were.map(isAlive)).toEqual([false, false]);
  expect([bot.notes(), worker.notes()]).toEqual([
    ['up', 'ended'],
    ['up', 'ended'],
  ]);
  expect(pids().size).toBe(0);
  expect(await ended).toBe(0);
});

test('a child that does not listen is killed after the grace time', async () => {
  const deaf = aRole('worker', `process.on('SIGTERM', () => note('heard')); note('up'); setInterval(() => {}, 1000);`);
  const { stop, pids } = supervised([deaf], { ...QUICK, graceMs: 100 });
  await until(() => deaf.notes().length === 1, { what: 'the child' });
  const pid = pids().get('worker') ?? 0;
  await stop();
  expect(isAlive(pid)).toBe(false);
  expect(deaf.notes()).toEqual(['up', 'heard']);
});

test('stopping during a pause starts nothing again', async () => {
  const { messages, stop } = supervised([aRole('worker', 'process.exit(1)')], { ...QUICK, firstMs: 60_000 });
  await until(() => messages.length === 1, { what: 'the first end' });
  await stop();
  expect(messages).toHaveLength(1);
});

test('a bad configuration (exit code 3) is not tried again and ends everything with 3', async () => {
  const [bot, worker] = [aRole('bot', STAY), aRole('worker', 'setTimeout(() => process.exit(3), 50)')];
  const { ended, messages } = supervised([bot, worker]);
  expect(await ended).toBe(3);
  expect(messages).toEqual([]);
});

test('a command that does not exist is tried again like any other death', async () => {
  const { messages } = supervised([{ name: 'worker', command: '/nowhere/node', args: [] }]);
  await until(() => messages.length >= 2, { what: 'two tries' });
  expect(messages[0]).toBe('worker ended (exit code unknown); it is started again in 0.01 s');
});
