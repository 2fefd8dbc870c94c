import { describe, expect, it } from 'vitest';
import { CLICKS, SUBMISSIONS } from '../../handlers/index.ts';
import type { Tools } from '../../handlers/tools.ts';
import type { TargetContext } from '../../src/ports.ts';
import { CALLBACKS } from '../../src/slack/actions.ts';
import { anOffer, storyTo, type Scene } from '../support/runs.ts';
import { aScene } from './a-visit.ts';

/** A room in which the target can be restored, or not and why. */
function room(scene: Scene, impossible: string | null = null) {
  const { run, now } = storyTo(scene);
  const made = aScene([run]);
  made.tools.ledger.set(now);
  const { writes, databaseBytes } = anOffer(now);
  const context: Pick<TargetContext, 'name' | 'backups' | 'restore' | 'sources'> = {
    name: 'acme',
    backups: { list: async () => (run.backup === null ? [] : [run.backup]) } as unknown as TargetContext['backups'],
    restore: {
      offer: async () =>
        impossible === null
          ? { ok: true, offer: { writes, databaseBytes }, neededBytes: databaseBytes }
          : { ok: false, why: impossible, guided: true },
    } as unknown as NonNullable<TargetContext['restore']>,
    sources: { database: { diskFree: async () => ({ ok: false, source: '', why: 'elsewhere' }) } } as unknown as TargetContext['sources'],
  };
  const services = { ...made.tools.services, targets: new Map([['acme', context as TargetContext]]) };
  const tools: Tools = { ...made.tools, services };
  return { ...made, tools, run, loaded: () => made.tools.ledger.load(run.id) };
}

const text = (value: unknown) => JSON.stringify(value);

describe('Restore…', () => {
  it('R84 R85 shows the proved backups and what is lost, before anything is asked for', async () => {
    const { tools, seen, click, run } = room('rollback_failed');
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(seen.modals[0]).toMatchObject({ callback_id: CALLBACKS.restore });
    expect(text(seen.modals[0])).toMatch(/1,204 rows inserted, 310 updated, 2 deleted.*this run.*Type the name of the database: acme/);
    expect((await tools.services.ledger.load(run.id))?.restore).toBeNull();
  });

  it('F61 where only the owner of the server can help, the exact moment and the steps', async () => {
    const { tools, seen, click, run } = room('rollback_failed', 'The database postgres must not be renamed.');
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(text(seen.modals[0])).toMatch(/must not be renamed.*2026-11-24T18:46:00.000Z.*Supabase/);
  });

  it('R85 a wrong name keeps the window open with the reason, the right one asks, and a second person agrees to it', async () => {
    const { tools, seen, click, submission, run, loaded } = room('rollback_failed');
    const said = (note: string) => submission('olga', run, { callback: CALLBACKS.restore, line: run.backup?.id ?? '', note });
    await SUBMISSIONS[CALLBACKS.restore]?.(tools, said('acme_staging'));
    expect(seen.acks).toEqual([{ response_action: 'errors', errors: { note: expect.stringContaining('The database is called acme') } }]);
    await SUBMISSIONS[CALLBACKS.restore]?.(tools, said('acme'));
    expect(await loaded()).toMatchObject({ state: 'rollback_failed', restore: { by: { name: 'olga' }, approvedBy: null } });

    const agree = { action: 'approve_restore', extra: run.backup?.id ?? '' } as const;
    await CLICKS.approve_restore(tools, click('olga', run, agree));
    expect(seen.told.at(-1)?.text).toContain('You may not do this');
    await CLICKS.approve_restore(tools, click('kim', run, { ...agree, extra: 'another' }));
    expect((await loaded())?.state).toBe('rollback_failed');
    await CLICKS.approve_restore(tools, click('kim', run, agree));
    expect(await loaded()).toMatchObject({ state: 'restoring', restore: { approvedBy: { name: 'kim' } } });
  });

  it('a restore that cannot be is refused in the window too: nothing is asked for', async () => {
    const { tools, seen, submission, run, loaded } = room('rollback_failed', 'Logical replication slots follow this very database: cdc.');
    await SUBMISSIONS[CALLBACKS.restore]?.(
      tools,
      submission('olga', run, { callback: CALLBACKS.restore, line: run.backup?.id ?? '', note: 'acme' }),
    );
    expect(text(seen.acks)).toContain('cdc');
    expect((await loaded())?.restore).toBeNull();
  });
});

describe('Report a problem…, and what is learned', () => {
  it('R81 R89 holds the run with the words; the last window closes it', async () => {
    const { tools, click, submission, seen, run, loaded } = room('observing');
    await CLICKS.report_problem(tools, click('ana', run, { action: 'report_problem' }));
    expect(seen.modals[0]).toMatchObject({ callback_id: CALLBACKS.reportProblem });
    await SUBMISSIONS[CALLBACKS.reportProblem]?.(
      tools,
      submission('ana', run, { callback: CALLBACKS.reportProblem, note: 'Leads are missing.' }),
    );
    expect(await loaded()).toMatchObject({ state: 'holding', problemReport: { words: 'Leads are missing.', failures: null } });

    const over = room('restored');
    await CLICKS.write_lessons(over.tools, over.click('nora', over.run, { action: 'write_lessons' }));
    await SUBMISSIONS[CALLBACKS.lessons]?.(
      over.tools,
      over.submission('nora', over.run, { callback: CALLBACKS.lessons, note: 'Count before and after.' }),
    );
    expect(await over.loaded()).toMatchObject({ state: 'restored', lessons: { text: 'Count before and after.', by: { name: 'nora' } } });
  });
});
