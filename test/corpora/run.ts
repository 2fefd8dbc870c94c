import 'temporal-polyfill/global';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { table } from '../../src/slack/render/table.ts';
import { formatOf } from '../../src/migration/formats/index.ts';
import { readDirectory } from '../../src/migration/source.ts';
import { PROJECTS, type Project, type Totals } from './projects.ts';
import { roundTrips, type RoundTrip } from './round-trip.ts';

/**
 * `npm run test:corpora -- DIR [NAME…]`: DIR holds checkouts of the projects, or their folders of migrations alone, each under its
 * name. Prints a verdict for each migration and the totals beside the reference's. Fails when an up fails, when totals differ
 * from the reference's for as many migrations, or when nothing was found.
 */
const MAJOR = 15;
const [directory, ...only] = process.argv.slice(2);
if (directory === undefined) {
  console.error('Say where the projects lie: npm run test:corpora -- DIR [NAME…]');
  process.exit(3);
}
const wanted = PROJECTS.filter(({ name }) => only.length === 0 || only.includes(name));
const found = wanted.flatMap((project) => folderOf(resolve(directory), project) ?? []);
for (const { name, path } of wanted.filter((project) => !found.some((entry) => entry.project === project)))
  console.error(`${name}: not there. Fetch it to ${join(directory, name)} (its migrations lie in ${path}).`);

const server = await startPostgres();
try {
  const results = [];
  for (const { project, folder } of found) results.push(await measured(server, project, folder));
  console.log(
    table([
      ['project', '', 'ups', 'up fails', 'exact', 'order', 'differs', 'down fails', 'seconds'],
      ...results.flatMap(({ rows }) => rows),
    ]),
  );
  process.exitCode = found.length > 0 && results.every(({ good }) => good) ? 0 : 1;
} finally {
  await server.stop();
}

function folderOf(root: string, project: Project): { project: Project; folder: string } | null {
  const folders = [join(root, project.name, project.path), join(root, project.name)];
  const folder = folders.find((path) => existsSync(path));
  return folder === undefined ? null : { project, folder };
}

async function measured(server: PostgresServer, project: Project, folder: string) {
  const started = performance.now();
  const read = await readDirectory({ directory: folder, format: project.format, serverMajor: () => Promise.resolve(MAJOR) });
  for (const { message } of read.problems) console.log(`${project.name}  layout  ${message}`);
  const trips: RoundTrip[] = [];
  for await (const trip of roundTrips(server, read.changes, formatOf(project.format).before ?? null)) {
    trips.push(trip);
    const { version, name, up, down, again, detail } = trip;
    const words = [`up ${up}`, down === '' ? '' : `down ${down}`, again === '' ? '' : `again ${again}`, short(detail)];
    console.log([project.name, `${version}_${name}`, ...words.filter((word) => word !== '')].join('  '));
  }
  const count = (down: RoundTrip['down']) => trips.filter((trip) => trip.down === down).length;
  const ours: Totals = {
    ups: trips.length,
    exact: count('exact'),
    order: count('order'),
    differs: count('differs'),
    fails: count('fails'),
  };
  const failed = trips.filter(({ up }) => up !== 'ok').length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { reference } = project;
  const same = ours.ups !== reference.ups || (Object.keys(reference) as (keyof Totals)[]).every((key) => ours[key] === reference[key]);
  const row = (who: string, { ups, exact, order, differs, fails }: Totals, upFails: string, time: string) =>
    [project.name, who, ups, upFails, exact, order, differs, fails, time].map(String);
  return { good: failed === 0 && same, rows: [row('here', ours, String(failed), seconds), row('reference', reference, '0', '')] };
}

function short(detail: string): string {
  const line = detail.replaceAll(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
