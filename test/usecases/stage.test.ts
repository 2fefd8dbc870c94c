import { describe, expect, it } from 'vitest';
import { checklistFor } from '../../src/domain/checklist.ts';
import type { Migration } from '../../src/domain/plan.ts';
import { refusalParts } from '../../src/domain/refusal.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Services, TargetContext } from '../../src/ports.ts';
import { stage } from '../../src/usecases/stage.ts';
import { aLedger } from '../slack/a-ledger.ts';
import { aPlan, aRun, by, CHECKLIST, emailDomain, newestFirst, PEOPLE, sha256, SOURCES } from '../support/runs.ts';

const PLAN = aPlan({ target: 'production', items: checklistFor([...SOURCES, 'staging'], CHECKLIST) });
const OPEN = aRun({ plan: PLAN, target: 'production' });

/** A twin with these migrations pending; only what a plan asks of it. */
function aTwin(pending: readonly Migration[], applied: readonly string[] = []): TargetContext {
  const target = {
    applied: async () => applied.map((version) => ({ version, name: '', upSha256: '', appliedAt: '', runId: '' })),
    unusable: async () => null,
    identity: async () => ({ ...PLAN.identity, database: 'acme_staging' }),
    fingerprint: async () => ({ hash: 'a'.repeat(64), lines: [] }),
  };
  const migrations = { format: 'native', read: async () => ({ ok: true, migrations: pending }) };
  const { window, thresholds, timing, quorum, runbook } = PLAN;
  const parts = {
    name: 'staging',
    window,
    thresholds,
    timing,
    quorum,
    runbook,
    target,
    migrations,
    backups: { unusable: async () => null },
  };
  return { ...parts, sources: { database: {} } } as unknown as TargetContext;
}

function site({
  runs = [OPEN],
  twin = aTwin([newestFirst(), emailDomain()]),
  anyHour = true,
}: { runs?: readonly Run[]; twin?: TargetContext; anyHour?: boolean } = {}) {
  const ledger = aLedger(runs);
  const staging = { twin: 'staging', anyHour, load: [], top: 10, rounds: 10 };
  const production = { ...twin, name: 'production', staging };
  const targets = new Map([production, twin].map((context) => [context.name, context]));
  const services = { ledger, targets, people: () => PEOPLE, sha256 } as unknown as Services;
  return { ledger, ask: (target = 'production', who: 'nora' | 'ana' = 'nora') => stage(services, { target, actor: by(who) }) };
}

describe('R7 a staging run', () => {
  it('is a run of the same content on the twin, started at once, without approvals and lines of people', async () => {
    const outcome = await site().ask();
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
    expect(outcome.run).toMatchObject({
      target: 'staging',
      state: 'preparing',
      plan: { quorum: 0, window: { days: [] }, stagingFor: { runId: OPEN.id, number: 42, target: 'production' } },
    });
    expect(outcome.run.plan.items?.every(({ kind }) => kind === 'machine')).toBe(true);
    expect(outcome.run.plan.items?.map(({ key }) => key)).toEqual(expect.arrayContaining(['backup', 'rollback_proof', 'connections']));
  });

  it("keeps the twin's own hours unless the settings say any, and leaves nothing open when they refuse", async () => {
    const { ask, ledger } = site({ anyHour: false });
    ledger.set('2026-11-24T11:00:00.000Z');
    expect(await ask()).toMatchObject({ ok: false, refusal: { code: 'peak_hours' } });
    expect(await ledger.active('staging')).toBeNull();
  });

  it('is refused to who may not start', async () => {
    const { ask, ledger } = site();
    expect(await ask('production', 'ana')).toMatchObject({ ok: false, refusal: { code: 'not_permitted' } });
    expect(await ledger.active('staging')).toBeNull();
  });

  it.each<[string, Parameters<typeof site>[0], string, RegExp]>([
    ['without a plan', { runs: [] }, 'no_run', /"production"/],
    ['beside another run on the twin', { runs: [OPEN, { ...OPEN, id: '1', number: 43, target: 'staging' }] }, 'active_run', /43/],
    ['once the plan is under way', { runs: [{ ...OPEN, state: 'migrating' }] }, 'wrong_state', /migrating/],
    [
      'of files that cannot be planned',
      { runs: [{ ...OPEN, problem: '0008 does not parse.' }] },
      'migrations_unreadable',
      /does not parse/,
    ],
    [
      'where a file is applied already',
      { twin: aTwin([emailDomain()], ['0007']) },
      'twin_differs',
      /0007_leads_newest_first is applied on staging already/,
    ],
    [
      'where a file is missing',
      { twin: aTwin([newestFirst()]) },
      'twin_differs',
      /0008_leads_email_domain is not among the files of staging/,
    ],
    [
      'where more is pending',
      { twin: aTwin([newestFirst(), emailDomain(), { ...emailDomain(), version: '0009' }]) },
      'twin_differs',
      /0009_leads_email_domain is pending on staging and not part/,
    ],
    [
      'of another text',
      { twin: aTwin([newestFirst(), { ...emailDomain(), up: { ...emailDomain().up, sha256: 'x' } }]) },
      'twin_differs',
      /0008_leads_email_domain reads differently for staging/,
    ],
  ])('is refused %s', async (_title, parts, code, says) => {
    const outcome = await site(parts).ask();
    expect(outcome).toMatchObject({ ok: false, refusal: { code } });
    expect(JSON.stringify(outcome.ok ? '' : outcome.refusal)).toMatch(says);
  });

  it('is refused beside another run on the twin by the twin’s own name', async () => {
    const answer = await site({ runs: [OPEN, { ...OPEN, id: '1', number: 43, target: 'staging' }] }).ask();
    const words = answer.ok ? '' : refusalParts(answer.refusal, String).join(' ');
    expect(words).toMatch(/^Run #43 of staging is /);
  });

  it('is refused for a target that has no twin', async () => {
    expect(await site().ask('staging')).toMatchObject({ ok: false, refusal: { code: 'no_twin', target: 'staging' } });
  });
});
