import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MISTAKES } from './mistakes.ts';
import { read, resolve, root, type Reference } from './reference.ts';
import { ASK_NOTHING, LENGTH, LINES } from './runbook-lines.ts';
import { ENTRIES, runbookDocument, standingOf } from './runbook.ts';

const numbered = (letter: string, last: number) => Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);

describe('the lines of the runbook', () => {
  it('are all there: each of the 447 asks for something or is listed as asking for nothing', () => {
    const ranges = [...ASK_NOTHING, ...LINES.map(({ from, to }) => [from, to] as const)];
    const all = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: LENGTH }, (_, index) => index + 1));
  });

  it('say what the runbook says', () => {
    for (const { from, text } of LINES) expect(text.join(''), `line ${from}`).not.toBe('');
  });

  it('cover every requirement R1 to R136', () => {
    const required = new Set(LINES.flatMap(({ requires }) => requires.split(' ')));
    expect(numbered('R', 136).filter((name) => !required.has(name))).toEqual([]);
    expect(required.size).toBe(136);
  });

  it.each(LINES.map(({ from, text }) => [from, text[0] ?? ''] as const))('line %i has an entry: %s', (from) => {
    const entry = ENTRIES[from];
    expect(entry?.by ?? entry?.open).toBeDefined();
    expect(entry?.by).not.toEqual([]);
  });

  it('are the only ones with an entry', () => {
    expect(Object.keys(ENTRIES).map(Number)).toEqual(LINES.map(({ from }) => from));
  });

  it('that are not automated say what a person does today, and why', () => {
    for (const { open } of Object.values(ENTRIES).filter((entry) => standingOf(entry) !== 'automated')) {
      expect(open?.today).toMatch(/[.?]$/);
      expect(open?.why).toMatch(/\.$/);
    }
  });
});

describe('the mistakes of the runbook', () => {
  it('M1 to M30 belong to lines of it', () => {
    expect(Object.keys(MISTAKES)).toEqual(numbered('M', 30));
    const known = LINES.map(({ from }) => from);
    for (const { lines } of Object.values(MISTAKES)) expect(lines.filter((line) => !known.includes(line))).toEqual([]);
  });
});

describe('a reference', () => {
  it.each([
    'item nothing',
    'step walk',
    'cli migrate --hope',
    'cli dance',
    'slash dance',
    'button dance',
    'refusal mood',
    'hold mood',
    'alert mood',
    'setting limits.mood',
    'file src/nowhere.ts the file',
    'file src/app.ts',
  ])('"%s" is refused, because nothing of that name is built', (reference) => {
    expect(() => resolve(reference as Reference)).toThrow(/nothing that exists|not there/);
  });

  it('leads to a file for every one that is used', () => {
    const used = Object.values(ENTRIES).flatMap(({ by = [] }) => by);
    expect(used.length).toBeGreaterThan(100);
    for (const reference of used) expect(existsSync(root(resolve(reference).leads.split('#')[0] ?? ''))).toBe(true);
  });
});

describe('docs/runbook.md', () => {
  it('is what the lines and their entries make', async () => {
    await expect(runbookDocument()).toMatchFileSnapshot('../../docs/runbook.md');
  });

  it.each([
    ['docs/runbook.md', runbookDocument],
    ['docs/checks.md', () => read('docs/checks.md')],
  ])('every link of %s leads somewhere', (document, text) => {
    const links = [
      ...text()
        .replaceAll(/``.*?``/g, '')
        .matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g),
    ];
    expect(links.length).toBeGreaterThan(10);
    for (const [, path = '', anchor] of links) {
      const file = path === '' ? document : join(dirname(document), path);
      expect(existsSync(root(file)), file).toBe(true);
      if (anchor !== undefined) expect(read(file), anchor).toContain(`<a id="${anchor}"></a>`);
    }
  });
});
