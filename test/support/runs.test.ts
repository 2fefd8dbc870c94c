import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/domain/digest.ts';
import { replay } from '../../src/domain/evolve.ts';
import { RUN_STATES } from '../../src/domain/run.ts';
import { aPlan, aRunIn, newestFirst, storyTo, VARIANTS, type Scene } from './runs.ts';

const SCENES: readonly Scene[] = [...RUN_STATES, ...VARIANTS];

describe('stories', () => {
  test.each(RUN_STATES)('lead to a run that is %s', (state) => {
    expect(aRunIn(state).state).toBe(state);
  });

  test.each(VARIANTS)('lead to %s, in the state it is named after', (scene) => {
    const named = RUN_STATES.find((state) => scene.startsWith(state)) ?? 'cancelled';
    expect(aRunIn(scene).state).toBe(named);
  });

  test.each(SCENES)('to %s fold to the run they tell of, twice the same, in the order of time', (scene) => {
    const story = storyTo(scene);
    expect(replay(story.run, story.events)).toEqual(story.run);
    expect(canonical(storyTo(scene))).toBe(canonical(story));
    const times = story.turns.map((turn) => turn.at);
    expect(times).toEqual(times.toSorted());
  });

  test.each(RUN_STATES)('lead to %s with a plan of a single unit, too', (state) => {
    expect(aRunIn(state, { plan: aPlan({ migrations: [newestFirst()] }) }).state).toBe(state);
  });
});
