import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { prepareLedger } from '../src/app.ts';
import { adoptHistory } from '../src/target/history.ts';
import { acmeMigrations, APPLIED, createAcme, type AcmeDatabase } from './acme/database.ts';
import type { PostgresServer } from './postgres/server.ts';

export const LEDGER = 'offpeak_ledger';

/** Makes the ledger, Acme's production and its staging twin (a quarter of the rows), side by side; the six applied migrations are in Offpeak's history. */
export async function fill(server: PostgresServer): Promise<{ readonly production: AcmeDatabase; readonly staging: AcmeDatabase }> {
  const ledger = createLedger(server);
  const production = await createAcme(server.superuserUrl, 'acme', { scale: 1 });
  const staging = await createAcme(server.superuserUrl, 'acme_staging', { scale: 0.25 });
  await Promise.all([ledger, adopt(production), adopt(staging)]);
  return { production, staging };
}

async function createLedger(server: PostgresServer): Promise<void> {
  const client = new Client({ connectionString: server.superuserUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${LEDGER} TEMPLATE template0`);
  await client.end();
  await prepareLedger(server.url(LEDGER));
}

async function adopt(database: AcmeDatabase): Promise<void> {
  const applied = (await acmeMigrations()).slice(0, APPLIED);
  const rows = applied.map(({ version, name, up }) => ({
    version,
    name,
    upSha256: createHash('sha256').update(up).digest('hex'),
    runId: 'adopted',
  }));
  await adoptHistory(database.ownerUrl, rows);
}
