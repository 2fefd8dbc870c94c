import type { CatalogState } from '../../src/domain/catalog.ts';
import { catalogOf } from '../../src/migration/lint/catalog.ts';
import { readCatalog } from '../../src/target/catalog.ts';
import { connect } from '../support/connect.ts';
import { differenceOf, measuredOf, saidOf } from './compare.ts';
import type { Shape } from './compare.ts';
import { verdicts } from './judge.ts';
import { measureAlone, measureInside } from './measure.ts';
import type { Measured } from './measure.ts';

type Copy = { readonly url: string; readonly drop: () => Promise<void> };
export type ShapeServer = {
  readonly major: number;
  /** A database with the schema of the shapes, to which nobody is connected. */
  readonly template: string;
  readonly create: (options: { readonly template: string }) => Promise<Copy>;
  /** A copy for all that is rolled back. */
  readonly kept: Copy;
};

/** Between its two transactions it holds nothing; a reader of the partition alone stops it where it holds everything. */
const IN_TWO_TRANSACTIONS: Readonly<Record<string, string>> = { detach_partition_conc: 'SELECT FROM s.pt1' };

/**
 * Runs one shape on a real server, in a copy of its own, and says what is wrong: the fact that was recorded, or the verdict
 * from the catalog as it was just before. Empty when both are what the server did.
 */
export async function wrongOf(shape: Shape, server: ShapeServer): Promise<readonly string[]> {
  const fact = shape.facts.find(({ majors }) => majors.includes(server.major));
  if (fact === undefined && shape.facts.length > 0) return [];
  const first = await inCopy(shape, server, shape.nontx === undefined ? null : blockerOf(shape));
  if (fact?.fatal !== undefined) return first.failedBefore ? [] : [`${shape.pre} did not fail`];
  const { did, catalog } = first;
  const factDifference = fact === undefined ? null : differenceOf(measuredOf(fact), did, { catalog: catalogOf(catalog) });
  const other = IN_TWO_TRANSACTIONS[shape.id];
  const full = other === undefined ? did : (await inCopy(shape, server, other)).did;
  const said = saidOf(await verdicts(shape.sql, { serverMajor: server.major, catalog }));
  const verdictDifference = differenceOf(said, full, { catalog: catalogOf(catalog) });
  return [
    ...(factDifference === null ? [] : [`fact: ${factDifference}`]),
    ...(verdictDifference === null ? [] : [`verdict: ${verdictDifference}`]),
  ];
}

function blockerOf({ blk, rel = '' }: Shape): string {
  return blk === 'select' ? `SELECT FROM s.${rel} LIMIT 0` : `LOCK TABLE s.${rel} IN ROW EXCLUSIVE MODE`;
}

type Ran = { readonly did: Measured; readonly catalog: CatalogState; readonly failedBefore: boolean };

async function inCopy(shape: Shape, server: ShapeServer, blocker: string | null): Promise<Ran> {
  const stays = shape.pre === undefined && blocker === null;
  const copy = stays ? server.kept : await server.create({ template: server.template });
  const client = await connect(copy.url);
  try {
    await client.query('SET search_path = s');
    const failedBefore = await client.query(shape.pre ?? 'SELECT 1').then(
      () => false,
      () => true,
    );
    if (shape.set !== undefined) await client.query(shape.set.replace(/local /i, ''));
    const catalog = await readCatalog(client);
    if (failedBefore) return { did: { locks: {}, rewrites: [], scans: [] }, catalog, failedBefore };
    if (blocker !== null) return { did: await measureAlone(copy.url, shape.sql, blocker), catalog, failedBefore };
    await client.query('BEGIN');
    return { did: await measureInside(client, shape.sql), catalog, failedBefore };
  } finally {
    await client.end();
    if (!stays) await copy.drop();
  }
}
