import { expect, test } from 'vitest';
import { servicesExaminations } from '../../src/cli/examinations.ts';
import { planView } from '../../src/cli/views/plan.ts';
import type { Window } from '../../src/domain/window.ts';
import { aPlan, storyTo } from '../support/runs.ts';
import { aWorld, offpeak } from './a-world.ts';

const christmas = { kind: 'once', reason: 'Christmas', from: '2026-12-20T00:00', to: '2027-01-04T00:00' } as const;
const frozen: Window = { ...aPlan().window, freezes: [christmas] };
const IN_WORDS =
  'Christmas: from 2026-12-20 00:00 Europe/Berlin (2026-12-19 23:00 UTC) to 2027-01-04 00:00 Europe/Berlin (2027-01-03 23:00 UTC)';

test('R37 status shows the four moments of a scheduled run, and the freezes ahead', async () => {
  const { out } = await offpeak(aWorld({ scene: 'scheduled' }).replaced({ window: frozen }), ['status']);
  expect(out).toMatch(
    /Countdown +next T-15 19:45 preparation opens, T-5 19:55 gates again, dry run, T0 20:00 first write, T\+15 20:15 verification ends/,
  );
  expect(out).toMatch(/^Freeze +Christmas: from 2026-12-20 00:00/m);
  expect((await offpeak(aWorld({ scene: 'migrating' }), ['status'])).out).not.toMatch(/Countdown|Freeze/);
});

test('plan shows the freezes ahead of it', () => {
  const { run } = storyTo('planned', { plan: aPlan({ window: frozen }) });
  expect(planView(run)).toContain(`Freeze    ${IN_WORDS}`);
  expect(planView(storyTo('planned').run)).not.toContain('Freeze');
});

test('doctor shows the next freeze of each target, which is no fault', async () => {
  const looked = async (window: Window) => {
    const world = aWorld().replaced({ window });
    return servicesExaminations(world.connection)
      .find(({ name }) => name === 'Window acme')
      ?.look();
  };
  expect(await looked(frozen)).toEqual({ ok: true, detail: `never 09:00–18:00 Europe/Berlin; freeze ${IN_WORDS}` });
  expect(await looked(aPlan().window)).toEqual({ ok: true, detail: 'never 09:00–18:00 Europe/Berlin; no freeze is configured' });
  const far = { ...christmas, from: '2027-12-20T00:00', to: '2028-01-04T00:00' };
  expect(await looked({ ...frozen, freezes: [far] })).toEqual({
    ok: true,
    detail: 'never 09:00–18:00 Europe/Berlin; no freeze within 60 days',
  });
});
