import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { CLICKS, SUBMISSIONS } from '../../handlers/index.ts';
import type { Tools } from '../../handlers/tools.ts';
import type { Backup } from '../../src/domain/proof.ts';
import type { RestoreAnswer, TargetContext } from '../../src/ports.ts';
import { CALLBACKS } from '../../src/slack/actions.ts';
import { aBackup, anOffer, evening, storyTo, type Scene } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { aScene, type Weather } from './a-visit.ts';

type Impossible = Extract<RestoreAnswer, { ok: false }>;
type Offer = NonNullable<TargetContext['restore']>['offer'];

/** A room in which the target can be restored from its backups, or not and why. */
function room(
  scene: Scene,
  why: (backup: Backup) => Impossible | null = () => null,
  {
    weather = {},
    recovery = null,
    backups = 'proved',
  }: { weather?: Weather; recovery?: 'on' | 'off' | null; backups?: 'proved' | 'none' } = {},
) {
  const { run, now } = storyTo(scene);
  const made = aScene([run], weather);
  made.tools.ledger.set(now);
  const { writes, databaseBytes } = anOffer(now);
  const context: Pick<TargetContext, 'name' | 'backups' | 'restore' | 'sources' | 'pointInTime'> = {
    name: 'acme',
    backups: {
      list: async () => (run.backup === null || backups === 'none' ? [] : [run.backup, OLDER]),
    } as unknown as TargetContext['backups'],
    restore: {
      offer: (async ({ backup, inPlace }) =>
        (inPlace === true ? null : why(backup)) ?? {
          ok: true,
          offer: { writes, databaseBytes },
          neededBytes: databaseBytes,
        }) satisfies Offer,
    } as unknown as NonNullable<TargetContext['restore']>,
    ...(recovery === null ? {} : { pointInTime: supabase(recovery) }),
    sources: { database: { diskFree: async () => ({ ok: false, source: '', why: 'elsewhere' }) } } as unknown as TargetContext['sources'],
  };
  const services = { ...made.tools.services, targets: new Map([['acme', context as TargetContext]]) };
  const tools: Tools = { ...made.tools, services };
  return { ...made, tools, run, clock: (at: string) => made.tools.ledger.set(at), loaded: () => made.tools.ledger.load(run.id) };
}

/** The backup of the night before. */
const OLDER = aBackup({ startedAt: evening('02:10'), finishedAt: evening('02:12'), provedAt: evening('02:20') });
const BY_NAME: Impossible = { ok: false, why: 'The database postgres must not be renamed.', remedy: 'owner' };
const damaged = (backup: Backup): Impossible => ({
  ok: false,
  why: `The file of ${backup.id} is damaged. It cannot be restored. The database was not touched.`,
  remedy: 'another_backup',
});

/** A provider with recovery to a moment switched on, or not. It is asked for nothing before somebody agreed. */
function supabase(recovery: 'on' | 'off'): NonNullable<TargetContext['pointInTime']> {
  const span = recovery === 'on' ? { earliest: '2026-11-20T00:00:00.000Z', latest: '2026-11-24T19:04:00.000Z' } : null;
  return {
    provider: 'Supabase',
    span: async () => ({ ok: true, value: span, source: '' }),
    request: () => 'curl -X POST https://api.supabase.com/…',
    begin: async () => expect.unreachable('nobody has agreed yet'),
  };
}

const text = (value: unknown) => JSON.stringify(value);

describe('Restore…', () => {
  it('R84 R85 shows the proved backups and what is lost, before anything is asked for', async () => {
    const { tools, seen, click, run } = room('rollback_failed');
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(text(seen.modals)).toContain('Looking at the backups');
    expect(seen.updates).toMatchObject([{ view_id: 'V1', view: { callback_id: CALLBACKS.restore } }]);
    expect(text(seen.updates[0])).toMatch(/1,204 rows inserted, 310 updated, 2 deleted.*this run.*Type the name of the database: acme/);
    expect((await tools.services.ledger.load(run.id))?.restore).toBeNull();
  });

  it('F61 where only the owner of the server can help, the exact moment and the steps', async () => {
    const { tools, seen, click, run } = room('rollback_failed', () => BY_NAME);
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(text(seen.updates[0])).toMatch(/must not be renamed.*2026-11-24T18:46:00.000Z.*Supabase/);
  });

  it('R84 a damaged backup is left out with its reason, and the next one is offered', async () => {
    const { tools, seen, click, run } = room('rollback_failed', (backup) => (backup.id === OLDER.id ? null : damaged(backup)));
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(seen.updates).toMatchObject([{ view: { callback_id: CALLBACKS.restore } }]);
    const words = text(seen.updates[0]);
    expect(words).toMatch(/Left out.*is damaged/);
    expect(words).toContain(`"value":"${OLDER.id}"`);
    expect(words).not.toContain(`"value":"${run.backup?.id}"`);
  });

  it('R84 when every backup is damaged, says each and does not send anybody to choose another one', async () => {
    const { tools, seen, click, run } = room('rollback_failed', damaged);
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    const words = text(seen.updates[0]);
    expect(words).toMatch(/T18:46.*is damaged.*T02:10.*is damaged.*offpeak backup --fetch ID/);
    expect(words).not.toContain('hoose another');
  });

  it('F61 a damaged backup asked for by its id says to choose another one, and not to mend it', async () => {
    const { tools, seen, submission, run } = room('rollback_failed', damaged);
    const said = submission('olga', run, { callback: CALLBACKS.restore, line: run.backup?.id ?? '', note: 'acme' });
    await SUBMISSIONS[CALLBACKS.restore]?.(tools, said);
    expect(text(seen.acks)).toMatch(/Choose another backup\./);
    expect(text(seen.acks)).not.toContain('Mend');
  });

  it('T7 the window is there before anything is looked at, and a look that fails is said in it', async () => {
    const { tools, seen, click, run } = room('rollback_failed');
    const looked = Promise.withResolvers<never>();
    const slow = { ...tools.services.targets.get('acme'), backups: { list: () => looked.promise } } as unknown as TargetContext;
    const services = { ...tools.services, targets: new Map([['acme', slow]]) };
    const pressed = CLICKS.ask_restore({ ...tools, services }, click('olga', run, { action: 'ask_restore' }));
    await until(async () => seen.modals.length === 1, { what: 'the window', deadlineMs: 2_000 });
    expect(seen.updates).toEqual([]);
    looked.reject(new Error('EIO'));
    await pressed;
    expect(text(seen.updates)).toMatch(/Error id [0-9a-f]{8}/);
    expect(seen.told).toEqual([]);
  });

  it('T7 a window that Slack does not open or fill is said to the one who pressed; one that was closed is not', async () => {
    const press = async (weather: Weather) => {
      const { tools, seen, click, run } = room('rollback_failed', () => null, { weather });
      await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
      return seen.told.map((each) => each.text);
    };
    const refused = (error: string) => new WebAPIPlatformError({ ok: false, error });
    expect(await press({ failing: ['open'], failure: refused('expired_trigger_id') })).toMatchObject([expect.stringContaining('too late')]);
    expect(await press({ failing: ['update'], failure: refused('invalid_blocks') })).toMatchObject([
      expect.stringContaining('Close it and press the button again'),
    ]);
    expect(await press({ failing: ['update'], failure: refused('not_found') })).toEqual([]);
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
    const { tools, seen, submission, run, loaded } = room('rollback_failed', () => ({
      ...BY_NAME,
      why: 'Logical replication slots follow this very database: cdc.',
    }));
    await SUBMISSIONS[CALLBACKS.restore]?.(
      tools,
      submission('olga', run, { callback: CALLBACKS.restore, line: run.backup?.id ?? '', note: 'acme' }),
    );
    expect(text(seen.acks)).toContain('cdc');
    expect((await loaded())?.restore).toBeNull();
  });
});

describe('Restore… by the provider, in place (F61)', () => {
  it('is one more choice beside the backups, and the only one where no copy can stand beside', async () => {
    const both = room('rollback_failed', () => null, { recovery: 'on' });
    await CLICKS.ask_restore(both.tools, both.click('olga', both.run, { action: 'ask_restore' }));
    expect(text(both.seen.updates[0])).toMatch(
      /taken by this run.*In place, by Supabase.*Lost for good.*"value":"acme-.*"value":"point-in-time"/,
    );
    const alone = room('rollback_failed', () => BY_NAME, { recovery: 'on' });
    await CLICKS.ask_restore(alone.tools, alone.click('olga', alone.run, { action: 'ask_restore' }));
    expect(text(alone.seen.updates[0])).toMatch(/Lost for good.*cannot be called off.*"initial_option":[^]*"value":"point-in-time"/);
    expect(text(alone.seen.updates[0])).not.toContain('"value":"acme-');
  });

  it('where the provider cannot, the steps say why, with the request ready to be sent', async () => {
    const { tools, seen, click, run } = room('rollback_failed', () => BY_NAME, { recovery: 'off' });
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(text(seen.updates[0])).toMatch(/does not ask Supabase for it: Point-in-time recovery is not switched on.*curl -X POST/);
  });

  it('F61 where no backup is proved and the provider cannot either, it says both', async () => {
    const { tools, seen, click, run } = room('rollback_failed', () => null, { recovery: 'off', backups: 'none' });
    await CLICKS.ask_restore(tools, click('olga', run, { action: 'ask_restore' }));
    expect(text(seen.updates[0])).toMatch(/No proved backup.*Point-in-time recovery is not switched on/);
  });

  it('R85 is asked for with the name typed, agreed to as what it is, and given up by whoever looked', async () => {
    const { tools, click, submission, run, loaded } = room('rollback_failed', () => null, { recovery: 'on' });
    const said = (note: string) => submission('olga', run, { callback: CALLBACKS.restore, line: 'point-in-time', note });
    await SUBMISSIONS[CALLBACKS.restore]?.(tools, said('acme_staging'));
    expect((await loaded())?.restore).toBeNull();
    await SUBMISSIONS[CALLBACKS.restore]?.(tools, said('acme'));
    const to = '2026-11-24T18:46:00.000Z';
    expect(await loaded()).toMatchObject({ restore: { stage: 'asked', pointInTime: { provider: 'Supabase', to } } });
    await CLICKS.approve_restore(tools, click('kim', run, { action: 'approve_restore', extra: run.backup?.id ?? '' }));
    expect((await loaded())?.state).toBe('rollback_failed');
    await CLICKS.approve_restore(tools, click('kim', run, { action: 'approve_restore', extra: 'point-in-time' }));
    expect(await loaded()).toMatchObject({ state: 'restoring', restore: { stage: 'loading' } });
    const unsure = room('restoring_in_place_unsure', () => null, { recovery: 'on' });
    unsure.clock(evening('19:10'));
    await CLICKS.give_up_restore(unsure.tools, unsure.click('nora', unsure.run, { action: 'give_up_restore' }));
    expect((await unsure.loaded())?.state).toBe('restoring');
    await CLICKS.give_up_restore(unsure.tools, unsure.click('ana', unsure.run, { action: 'give_up_restore' }));
    expect(await unsure.loaded()).toMatchObject({ state: 'rollback_failed', restore: null });
    const unseen = room('restoring_in_place_unsure', () => null, { recovery: 'on' });
    unseen.clock(evening('19:10'));
    await CLICKS.restore_was_done(unseen.tools, unseen.click('ana', unseen.run, { action: 'restore_was_done' }));
    expect(await unseen.loaded()).toMatchObject({ state: 'restored', end: { detail: expect.stringContaining('not confirmed') } });
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
