import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANSWERS, MESSAGES, pathOf, VIEWS } from './goldens.ts';
import { messageOf } from './scenes.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe('golden messages: paste one into the Block Kit Builder to see it', () => {
  it.each(MESSAGES)('%s shows its %s as drawn before', async (scene, key) => {
    const { text, blocks } = messageOf(scene, key);
    await expect(json({ text, blocks })).toMatchFileSnapshot(`golden/${pathOf(scene, key)}`);
  });

  it.each(Object.entries(ANSWERS))('the answer %s reads as before', async (name, answer) => {
    const { text, blocks } = answer();
    await expect(json({ text, blocks })).toMatchFileSnapshot(`golden/answers/${name}.json`);
  });

  it.each(Object.entries(VIEWS))('the view %s is drawn as before', async (name, view) => {
    await expect(json(view())).toMatchFileSnapshot(`golden/views/${name}.json`);
  });

  it('have no file that nothing draws', () => {
    const files = globSync('**/*.json', { cwd: new URL('golden/', import.meta.url) }).toSorted();
    const drawn = [
      ...MESSAGES.map(([scene, key]) => pathOf(scene, key)),
      ...Object.keys(ANSWERS).map((name) => `answers/${name}.json`),
      ...Object.keys(VIEWS).map((name) => `views/${name}.json`),
    ];
    expect(files).toEqual(drawn.toSorted());
  });
});
