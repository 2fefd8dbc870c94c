import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, sql, superuserUrl } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { restoreStage, type RestoreStage } from './stage.ts';

let stage: RestoreStage;
let number = 0;

beforeAll(async () => {
  stage = await restoreStage('create table leads (id int primary key); insert into leads select generate_series(1, 300)');
});

afterAll(async () => stage.end());

type Death = { readonly at: number; readonly when: 'before' | 'sent' };

/** Runs the mortal process for a new run. Answers what it had sent when it died. */
async function dies(death: Death): Promise<readonly string[]> {
  number += 1;
  await stage.fence(number);
  const env = {
    ...process.env,
    OPTIONS: JSON.stringify(stage.restoreOptions),
    REQUEST: JSON.stringify({ ...stage.request(number), signal: undefined }),
    DIE_AT: String(death.at),
    DIE_WHEN: death.when,
  };
  const child = fork(new URL('mortal-restore.ts', import.meta.url), { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const sent: string[] = [];
  child.on('message', (message: { text: string }) => sent.push(message.text));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([code, signal]).toEqual(death.at > 0 ? [null, 'SIGKILL'] : [0, null]);
  return sent;
}

/** After a death: everybody reaches a whole database under the live name at once, and the next worker comes to the end from there. */
async function endsKnown(): Promise<'as before' | 'switched'> {
  const began = performance.now();
  const client = await until(() => connect(stage.target.url).catch(() => null), { what: 'the live database to let us in', everyMs: 5 });
  const waited = performance.now() - began;
  const { rows } = await client.query<{ leads: number }>('select count(*)::int as leads from leads');
  await client.end();
  const leads = rows[0]?.leads ?? -1;
  // 301: the row written after the backup is there, so this is the database of before.
  expect([300, 301]).toContain(leads);
  expect(waited).toBeLessThan(5_500);
  const request = stage.request(number, { epoch: 2 });
  const next = async () => {
    if (leads === 301) {
      await stage.fence(number, 2);
      expect(await stage.restore.load(request)).toMatchObject({ ok: true });
      expect(await stage.restore.compare({ ...request, validations: [] })).toEqual({ failures: [] });
    }
    return stage.restore.switchOver(request);
  };
  expect(await next()).toMatchObject({ ok: true, kept: `${stage.target.name}_before_r${number}` });
  expect(await stage.databases()).toEqual(['', `_before_r${number}`]);
  expect(await sql(stage.target.url, 'select count(*)::int as leads from leads')).toEqual([{ leads: 300 }]);
  return leads === 301 ? 'as before' : 'switched';
}

/** The state from which every case begins: the live database has one row more than the backup. */
async function fresh(): Promise<void> {
  const kept = `${stage.target.name}_before_r${number}`;
  await sql(superuserUrl(), `drop database if exists "${kept}" with (force)`);
  await sql(stage.target.url, 'insert into leads values (1000)');
}

describe('a worker that is killed at any changing statement of a restore', () => {
  it('leaves the database as before or switched, never locked, and the next worker comes to the same end', async () => {
    await fresh();
    const all = await dies({ at: 0, when: 'before' });
    await fresh();
    // Every statement that changes something, in the order they are sent.
    expect(all.length).toBeGreaterThan(15);
    const seen = new Map<string, string>();
    for (let at = 1; at <= all.length; at += 1) {
      for (const when of ['before', 'sent'] as const) {
        // What is sent twice in a row differs in nothing but its name.
        if (when === 'sent' && !/rename|^commit|^create|^drop/.test(all[at - 1] ?? '')) continue;
        await dies({ at, when });
        const ended = await endsKnown();
        seen.set(`${at} ${when} ${(all[at - 1] ?? '').slice(0, 40)}`, ended);
        await fresh();
      }
    }
    expect(seen.size).toBeGreaterThan(20);
    // Until the commit is sent nothing is switched; a moment behind the last rename it may have been.
    for (const [point, ended] of seen) if (point.includes(' before ')) expect(ended, point).toBe('as before');
  });
});
