import type { MeasuredLoad } from '../../src/domain/impact.ts';
import type { StagingAfter, StagingBefore, StagingFor } from '../../src/domain/staging.ts';

/** A load of two queries that takes so many milliseconds a round, in every round. */
export function aLoad(...ms: readonly number[]): MeasuredLoad {
  const rounds = (each: number) => Array.from({ length: 10 }, () => each);
  const names = ['1: SELECT count(*) FROM leads', '2: SELECT * FROM leads ORDER BY created_at DESC LIMIT 50'];
  const queries = ms.map((each, index) => {
    const name = names[index] ?? `${index + 1}: SELECT ${index}`;
    return { name, sql: name.slice(3), repetitions: 4, first: rounds(each), second: rounds(each) };
  });
  return { source: 'the settings', queries, leftOut: [] };
}

const leads = { relation: 'public.leads', there: true } as const;

/** What a staging run measures on a twin with a quarter of the rows. */
export const BEFORE: StagingBefore = {
  load: aLoad(40, 60),
  rows: [{ relation: 'public.leads', production: { ...leads, rows: 1_200_000 }, staging: { ...leads, rows: 300_000 } }],
};

/** The load is 1.2 % slower afterwards, and both smoke tests pass. */
export const TRIED: StagingAfter = {
  load: aLoad(40.2, 61),
  hooks: [
    { name: 'smoke', exitCode: 0, ms: 2_300, output: '12 passed' },
    { name: 'journeys', exitCode: 0, ms: 9_100, output: 'ok' },
  ],
};

/** On a plan, makes it that of a staging run of #41. */
export const STAGING_FOR: StagingFor = {
  runId: '00000000-0000-4000-8000-000000000041',
  number: 41,
  target: 'production',
  content: 'c'.repeat(64),
  fingerprint: 'f'.repeat(64),
  limits: { impact: 0.05, share: 0.1, small: 1000 },
};
