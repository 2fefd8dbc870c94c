import { expect, test } from 'vitest';
import { aWorld, offpeak } from './a-world.ts';

const line = (as: string) => ['--as', as, 'adopt', '--from', 'goose'];

test('adopting the configured target asks for the role of those who may start a run', async () => {
  const { code, err } = await offpeak(aWorld(), line('sam'));
  expect([code, err]).toEqual([2, expect.stringMatching(/^Refused: You may not do this\. It may be done by @/)]);
});

test('nothing is adopted while a run of the target is open, and the connection is closed', async () => {
  const world = aWorld({ scene: 'migrating' });
  const { code, err } = await offpeak(world, line('nora'));
  expect([code, err, world.closed()]).toEqual([
    2,
    expect.stringMatching(/^Refused: Run #42 of acme is open\. Finish or cancel it first/),
    1,
  ]);
});

test('the files must be read in the layout that is adopted, because plans will read them so', async () => {
  const { code, err } = await offpeak(aWorld(), line('nora'));
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/are read as native\. Set `format: goose` for it first[^]*Nothing was recorded\.$/),
  ]);
});
