import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { violation } from './directions.ts';
import { importsOf } from './imports.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const FOLDERS = ['src', 'handlers', 'checks'];

describe('import directions', () => {
  it('hold for every module of the program', () => {
    const { modules, edges } = importsOf(ROOT, FOLDERS);
    expect(modules).toBeGreaterThan(100);
    expect(edges.length).toBeGreaterThan(modules);
    expect(edges.map(violation).filter((entry) => entry !== null)).toEqual([]);
  });

  it('are broken by a planted import, and the test sees it', () => {
    const { edges } = importsOf(`${ROOT}/test/architecture/planted`, ['src']);
    expect(edges.map(violation).filter((entry) => entry !== null)).toEqual([
      'src/domain/impure.ts imports pg, which is kept to ^(src\\/(ledger|target|sources)|test|playground|bench)\\/',
    ]);
  });

  it.each([
    [{ from: 'src/usecases/plan.ts', to: 'src/ledger/postgres-ledger.ts' }],
    [{ from: 'src/ledger/chain.ts', to: 'src/target/apply.ts' }],
    [{ from: 'handlers/approve.ts', to: 'src/slack/publisher.ts' }],
    [{ from: 'checks/disk.ts', to: 'src/sources/postgres.ts' }],
    [{ from: 'src/slack/render/alert.ts', to: '@slack/web-api' }],
    [{ from: 'src/app.ts', to: 'playground/demo.ts' }],
    [{ from: 'src/domain/digest.ts', to: 'node:crypto' }],
  ])('refuse %o', (edge) => {
    expect(violation(edge)).not.toBeNull();
  });
});

describe('the world outside', () => {
  const program = globSync(['src/**/*.ts', 'handlers/**/*.ts', 'checks/**/*.ts'], { cwd: ROOT });
  const naming = (pattern: RegExp, except: RegExp) =>
    program.filter((file) => !except.test(file) && pattern.test(readFileSync(`${ROOT}/${file}`, 'utf8')));

  it('is read from the environment in src/config alone', () => {
    expect(program.length).toBeGreaterThan(100);
    expect(naming(/process\.env/, /^src\/(config|bin)\//)).toEqual([]);
  });

  it('is timed by src/clock.ts alone', () => {
    expect(naming(/Date\.now\(|new Date\(\)|Temporal\.Now/, /^src\/clock\.ts$/)).toEqual([]);
  });
});
