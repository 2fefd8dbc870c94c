import { describe, expect, it } from 'vitest';
import { readingsOf } from '../../src/target/blockers.ts';

describe('what a name of the plan may mean', () => {
  it.each([
    ['leads', [[null, 'leads']]],
    ['Leads', [[null, 'Leads']]],
    ['"Lead ""s"""', [[null, 'Lead "s"']]],
    [
      'sales.leads',
      [
        [null, 'sales.leads'],
        ['sales', 'leads'],
      ],
    ],
    [
      '"Sa.les"."Le.ads"',
      [
        [null, '"Sa.les"."Le.ads"'],
        ['Sa.les', 'Le.ads'],
      ],
    ],
    ['"a.b"', [[null, 'a.b']]],
  ])('%s', (name, readings) => {
    expect(readingsOf(name).map(({ schema, relname }) => [schema, relname])).toEqual(readings);
  });
});
