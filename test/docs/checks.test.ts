import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../../checks/index.ts';
import { knownKeys } from '../../src/config/schema.ts';
import { BUILT_IN, ITEMS } from '../../src/domain/items.ts';
import { LEAST, load } from '../config/workplace.ts';
import { checksDocument, kindsOf } from './checks.ts';
import { OF_END, OF_ITEM, OF_METRIC } from './items.ts';
import { root } from './reference.ts';

/** The defaults of a target. */
function defaults() {
  const loaded = load(LEAST);
  const target = loaded.ok ? loaded.config.targets.get('production') : undefined;
  if (target === undefined) throw new Error('The least configuration does not load.');
  return target;
}

test('docs/checks.md lists every check with its meaning, source and limit', async () => {
  const text = await checksDocument(defaults());
  for (const item of ITEMS) expect(text).toContain(`(\`${item}\`)`);
  await expect(text).toMatchFileSnapshot('../../docs/checks.md');
});

test('every check says what it means and what makes it unknown, in a sentence', () => {
  for (const { item, means, unknown } of CHECKS) {
    expect(`${item}: ${means}`).toMatch(/: [A-Z].+\.$/);
    expect(`${item}: ${unknown}`).toMatch(/: [A-Z].+\.$/);
    expect(readdirSync(root('checks'))).toContain(`${item.replaceAll('_', '-')}.ts`);
  }
});

test('every limit of the settings belongs to a line or to a metric, and every limit named is a setting', () => {
  const named = [...Object.values(OF_ITEM), ...Object.values(OF_METRIC), OF_END].flatMap(({ limits }) => limits);
  // Below which share of its limit a metric clears is said of all of them.
  expect([...new Set([...named, 'clear'])].sort()).toEqual([...knownKeys(['targets', 'x', 'limits'])].sort());
});

test('a limit in words about a metric is the default', () => {
  expect(defaults().thresholds).toMatchObject({
    errorRateAlert: 0.005,
    errorRateRollBack: 0.01,
    p95RollBackFactor: 1.2,
    connectionsSpike: 0.3,
    databaseErrors: 0,
    clearShare: 0.9,
    statementMeanMs: 1_000,
    p95Factor: 2,
    p95FloorMs: 100,
    p95Ms: 500,
    connections: 0.8,
    longQuerySeconds: 30,
    lockWaits: 5,
  });
});

test('every reading that fills a line or feeds a metric is listed with the sources it may name', () => {
  const listed = [...Object.values(OF_ITEM), ...Object.values(OF_METRIC)].flatMap(({ readings = [] }) => readings);
  const others = knownKeys(['targets', 'x', 'readings']).filter((name) => !listed.some((each) => each === name));
  expect(others).toEqual(OF_END.readings);
  for (const reading of listed) expect(kindsOf(reading).join()).toMatch(/json|pagerduty|supabase/);
  expect(BUILT_IN).toContain('notice');
});
