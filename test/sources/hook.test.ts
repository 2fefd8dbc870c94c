import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hookOf, hooksByName, type HookSettings } from '../../src/sources/hook.ts';
import { until } from '../support/until.ts';

const directory = mkdtempSync(join(tmpdir(), 'offpeak-hook-'));
afterAll(() => rmSync(directory, { recursive: true }));

const BASE: HookSettings = {
  name: 'smoke',
  command: ['./script.sh'],
  directory,
  timeoutMs: 5_000,
  aliases: [],
  when: ['smoke'],
  env: { PATH: process.env['PATH'] ?? '' },
  secrets: ['hunter2-token'],
};
let scripts = 0;

/** A hook that runs this shell script. */
function script(text: string, changes: Partial<HookSettings> = {}) {
  scripts += 1;
  const name = `./script-${scripts}.sh`;
  writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(directory, name), 0o755);
  return hookOf({ ...BASE, command: [name, ...(changes.command ?? [])], ...without(changes) });
}

/** A process that nobody has waited for yet is gone too. */
async function gone(pid: string): Promise<void> {
  const ended = () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  await until(ended, { what: 'the child of the hook to be gone', deadlineMs: 5_000 });
}

function without({ command: _command, ...changes }: Partial<HookSettings>) {
  return changes;
}

describe('R14 R55 a hook', () => {
  it.each([0, 1, 3, 255])('that exits with %d is a result: its code, its output, how long it took', async (code) => {
    const reading = await script(`echo 24 passed; echo "1 failed" >&2; exit ${code}`)();
    expect(reading).toMatchObject({ ok: true, source: 'hook smoke', value: { exitCode: code } });
    if (!reading.ok) throw new Error(reading.why);
    expect(reading.value.output.split('\n').toSorted()).toEqual(['1 failed', '24 passed']);
    expect(reading.value.ms).toBeGreaterThan(0);
    expect(reading.value.ms).toBeLessThan(5_000);
  });

  it('gets its arguments as they are: no shell reads them', async () => {
    const reading = await script('for each in "$@"; do echo "<$each>"; done', { command: ['$HOME', 'a b', '; echo c', '*'] })();
    expect(reading).toMatchObject({ value: { output: '<$HOME>\n<a b>\n<; echo c>\n<*>' } });
  });

  it('finds the environment that is given to it and nothing of ours', async () => {
    process.env['OFFPEAK_TEST_SECRET'] = 'of-the-bot';
    const reading = await script('env; pwd', { env: { ...BASE.env, DATABASE_URL: 'x' } })();
    delete process.env['OFFPEAK_TEST_SECRET'];
    expect(reading).toMatchObject({ value: { output: expect.stringContaining('DATABASE_URL=x') } });
    expect(JSON.stringify(reading)).not.toContain('of-the-bot');
    expect(JSON.stringify(reading)).toContain(directory);
  });

  it('is found by its name and by every alias of the runbook', () => {
    const hooks = hooksByName([{ ...BASE, aliases: ['pnpm db:health-checks', './scripts/smoke-test.sh'] }]);
    expect([...hooks.keys()]).toEqual(['smoke', 'pnpm db:health-checks', './scripts/smoke-test.sh']);
    expect(new Set(hooks.values()).size).toBe(1);
    expect(hooks.get('smoke')?.title).toBe('smoke');
    expect(hooks.get('smoke')?.when).toEqual(['smoke']);
  });
});

describe('T10 a hook that is never a pass', () => {
  it.each([
    ['is not there', ['./nowhere.sh'], 'could not be started (ENOENT)'],
    ['is no program of the path', ['no-such-program-at-all'], 'could not be started (ENOENT)'],
    ['may not be run', ['./plain.txt'], 'could not be started (EACCES)'],
  ])('%s', async (_title, command, why) => {
    writeFileSync(join(directory, 'plain.txt'), 'no program');
    const reading = await hookOf({ ...BASE, command })();
    expect(reading).toEqual({ ok: false, source: 'hook smoke', why: expect.stringContaining(why) });
  });

  it('whose directory is gone', async () => {
    expect(await hookOf({ ...BASE, command: ['true'], directory: join(directory, 'gone') })()).toMatchObject({ ok: false });
  });

  it('that does not end in time is ended, with all that it started', async () => {
    const pids = join(directory, 'pids');
    const started = performance.now();
    const reading = await script(`sleep 60 & echo $! > ${pids}; echo "waiting for the queue"; trap '' TERM; sleep 60`, {
      timeoutMs: 300,
    })();
    expect(performance.now() - started).toBeLessThan(6_000);
    expect(reading).toMatchObject({
      ok: false,
      why: 'The hook smoke did not end within 0.3 s and was ended. It said last: waiting for the queue',
    });
    await gone(readFileSync(pids, 'utf8').trim());
  }, 20_000);

  it('that nobody waits for any more is ended at once, with all that it started', async () => {
    const pids = join(directory, 'unwanted');
    const leaving = new AbortController();
    const running = script(`sleep 60 & echo $! > ${pids}; echo half; sleep 60`, { timeoutMs: 60_000 })(leaving.signal);
    await until(() => existsSync(pids) && readFileSync(pids, 'utf8').trim() !== '', { what: 'the hook to run', deadlineMs: 10_000 });
    leaving.abort();
    expect(await running).toMatchObject({ ok: false, why: expect.stringContaining('nobody waits for it any more') });
    await gone(readFileSync(pids, 'utf8').trim());
    expect(await script('echo never')(leaving.signal)).toMatchObject({ ok: false, why: expect.stringContaining('was not started') });
  }, 20_000);

  it('that leaves somebody behind who holds its output answers all the same', async () => {
    const left = join(directory, 'left');
    const started = performance.now();
    const reading = await script(`sleep 60 & echo $! > ${left}; echo done`, { timeoutMs: 2_000 })();
    expect(performance.now() - started).toBeLessThan(6_000);
    expect(JSON.stringify(reading)).toContain('done');
    await gone(readFileSync(left, 'utf8').trim());
  }, 20_000);

  it('that is ended by a signal', async () => {
    expect(await script('kill -KILL $$')()).toMatchObject({ ok: false, why: 'The hook smoke was ended by SIGKILL.' });
  });
});

describe("a hook's output", () => {
  it('is kept in bounded size, its end first', async () => {
    const before = process.memoryUsage().rss;
    const reading = await script('yes "a line of the test suite" | head -c 50000000; echo "3 failed"; exit 1', { timeoutMs: 20_000 })();
    if (!reading.ok) throw new Error(reading.why);
    expect(reading.value.exitCode).toBe(1);
    expect(reading.value.output.length).toBeLessThan(8_100);
    expect(reading.value.output).toMatch(/^…\n[^]*3 failed$/);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  }, 30_000);

  it('shows no secret: not ours, no password of an address, no known token, and no half of one where it is cut', async () => {
    const secrets = ['hunter2-token', 'postgresql://app:p%40ss-word@db/acme'];
    const text =
      'echo "hunter2-token xoxb-1-2 p@ss-word p%40ss-word https://me:letmein@host/ postgresql://a:b@c/d eyJhbGciOiJIUzI1.eyJzdWIi.sig"';
    const reading = await script(text, { secrets })();
    expect(reading).toMatchObject({ ok: true });
    expect(JSON.stringify(reading)).not.toMatch(/hunter2|xoxb-1|ss-word|letmein|:b@|eyJzdWIi/);
    const cut = await script(
      'head -c 7997 /dev/zero | tr "\\0" "x"; echo; yes hunter2-token | tr "\\n" " " | head -c 8000; echo; echo end',
    )();
    expect(JSON.stringify(cut)).not.toMatch(/unter2|token/);
  });

  it('is hidden in the sentence of a hook that was ended too', async () => {
    const reading = await script('echo "connecting with hunter2-token"; sleep 60', { timeoutMs: 300 })();
    expect(reading).toMatchObject({ ok: false, why: expect.stringContaining('connecting with [secret]') });
  }, 20_000);
});
