import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/** One transaction that reads the whole table and then goes on until its time is over. Answers how to wait for its end. */
export async function startReport(url: string, seconds: number): Promise<() => Promise<void>> {
  const client = await reader(url, 'report');
  const until = performance.now() + seconds * 1_000;
  await client.query('BEGIN; SELECT FROM leads LIMIT 1');
  const reading = (async () => {
    await client.query('SELECT count(*), sum(length(email)) FROM leads');
    await client.query('SELECT pg_sleep($1)', [Math.max(0, until - performance.now()) / 1_000]);
    await client.query('COMMIT');
    await client.end();
  })();
  return () => reading;
}

const SECONDS = 0.3;

/** `count` sessions that read the table in transactions of 0.3 s with pauses as long between them: nobody ever waits for the last. */
export async function startReaders(url: string, count: number): Promise<() => Promise<void>> {
  const state = { open: true };
  const reading = Array.from({ length: count }, async () => {
    const client = await reader(url, 'reader');
    while (state.open) {
      await client.query('BEGIN; SELECT FROM leads LIMIT 1');
      await client.query('SELECT pg_sleep($1)', [SECONDS]);
      await client.query('COMMIT');
      await pause(Math.random() * 2_000 * SECONDS);
    }
    await client.end();
  });
  return async () => {
    state.open = false;
    await Promise.all(reading);
  };
}

async function reader(url: string, name: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: name });
  await client.connect();
  return client;
}
