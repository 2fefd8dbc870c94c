import * as bolt4 from 'bolt4';
import { expect, it } from 'vitest';
import manifest from 'bolt4/package.json' with { type: 'json' };
import { behavesLikeSlack } from './behaviour.ts';
import type { Bolt } from './behaviour-stage.ts';

it('is another version of Bolt, with its own clients', () => {
  expect(manifest.version).toMatch(/^4\./);
});

// Its types are those of another major version; that it behaves the same is what is tested.
behavesLikeSlack('Bolt 4', bolt4 as unknown as Bolt);
