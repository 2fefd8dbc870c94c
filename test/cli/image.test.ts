import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const dockerfile = read('Dockerfile');

test('the image, .nvmrc and the node dev dependency are one version of Node.js', () => {
  const manifest = JSON.parse(read('package.json')) as { devDependencies: Record<string, string>; engines: { node: string } };
  const version = read('.nvmrc').trim();
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(dockerfile).toContain(`FROM node:${version}-`);
  expect(manifest.devDependencies['node']).toBe(version);
});

test('the image copies what the program needs, and its context holds no secret', () => {
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names]) => (names ?? '').split(' '));
  const ignore = read('.dockerignore').split('\n');
  expect(ignore).toContain('*');
  const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  expect(copied.toSorted()).toEqual(allowed.toSorted());
  expect(copied).toEqual(expect.arrayContaining(['src', 'handlers', 'checks', 'migrations', 'package-lock.json']));
  expect(allowed.filter((name) => /env|yaml$|backup|test|playground/.test(name))).toEqual([]);
});

test('the image does not run as root, and its entry point is there', () => {
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile.indexOf('\nUSER node')).toBeLessThan(dockerfile.indexOf('\nENTRYPOINT'));
  const [, entry = ''] = /ln -s \/opt\/offpeak\/(\S+)/.exec(dockerfile) ?? [];
  expect(existsSync(join(root, entry))).toBe(true);
});
