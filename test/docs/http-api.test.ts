import { expect, it } from 'vitest';
import { httpApiDocument } from './http-api.ts';

it('docs/http-api.md is what the routes and commands make', async () => {
  await expect(httpApiDocument()).toMatchFileSnapshot('../../docs/http-api.md');
});
