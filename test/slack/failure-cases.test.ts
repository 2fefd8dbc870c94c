import { describe, expect, it } from 'vitest';
import { FAILURE_CASES, failureDocument, titlesByCase } from './failure-cases.ts';

const FOLDERS = ['test/slack', 'test/handlers', 'test/processes', 'test/stories', 'test/browser', 'test/playground/slack'];
const titles = titlesByCase(new URL('../../', import.meta.url), FOLDERS);

describe('the failure cases of Slack', () => {
  it.each(Object.keys(FAILURE_CASES))('%s has a test that names it', (name) => {
    expect(titles.get(name)).not.toEqual([]);
  });

  it('are listed in docs/slack-failures.md with their tests', async () => {
    await expect(failureDocument(titles)).toMatchFileSnapshot('../../docs/slack-failures.md');
  });
});
