import { expect } from 'vitest';
import { refusalSentence, type Refusal } from '../../src/domain/refusal.ts';
import { plan } from '../../src/usecases/plan.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';

/** Asks for a plan that must be refused. Out: why, and the sentence. Proves that no run came of it and nothing was written to the target. */
export async function refusedPlan(site: Site): Promise<{ readonly code: Refusal['code']; readonly sentence: string }> {
  const outcome = await plan(site.services, { target: 'production', actor: by('nora') });
  if (outcome.ok) throw new Error(`Run #${outcome.run.number} was planned; a refusal was expected.`);
  await expectNothingRecorded(site);
  return { code: outcome.refusal.code, sentence: refusalSentence(outcome.refusal, (instant) => instant) };
}

/** No run and no event in the ledger, and no object of ours in the target. */
export async function expectNothingRecorded(site: Site): Promise<void> {
  const [ledger] = await sql(
    site.ledger.url,
    'SELECT (SELECT count(*) FROM offpeak.run) AS runs, (SELECT count(*) FROM offpeak.event) AS events',
  );
  expect(ledger).toEqual({ runs: '0', events: '0' });
  expect(await sql(site.target.url, "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('offpeak')")).toEqual([]);
}
