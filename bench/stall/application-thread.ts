import { parentPort, workerData } from 'node:worker_threads';
import { Client } from 'pg';
import type { Load } from './application.ts';

/**
 * Half of the transactions read one row, half change one and read another, in BEGIN … COMMIT. Each is due at its own moment and its
 * latency counts from there: an application whose users keep coming, not one that politely waits while it is stalled.
 */
const READ = 'SELECT email FROM leads WHERE id = $1';
const CHANGE = 'UPDATE leads SET visits = visits + 1 WHERE id = $1';
const TICK_MS = 2;

const { url, rows, perSecond, connections } = workerData as Load;
const clients = await Promise.all(
  Array.from({ length: connections }, async () => {
    const client = new Client({ connectionString: url, application_name: 'application' });
    await client.connect();
    return client;
  }),
);

const due: number[] = [];
const idle = [...clients];
const at: number[] = [];
const latency: number[] = [];
let open = true;
let number = 0;
const someId = () => 1 + Math.floor(Math.random() * rows);

async function transaction(client: Client): Promise<void> {
  number += 1;
  if (number % 2 === 0) {
    await client.query({ name: 'read', text: READ, values: [someId()] });
    return;
  }
  await client.query('BEGIN');
  await client.query({ name: 'change', text: CHANGE, values: [someId()] });
  await client.query({ name: 'read', text: READ, values: [someId()] });
  await client.query('COMMIT');
}

async function serve(client: Client): Promise<void> {
  for (let moment = due.shift(); moment !== undefined; moment = due.shift()) {
    await transaction(client);
    at.push(performance.timeOrigin + moment);
    latency.push(performance.now() - moment);
  }
  idle.push(client);
}

for (const client of clients) await transaction(client);
const begun = performance.now();
let made = 0;
const ticking = setInterval(() => {
  const wanted = open ? Math.floor(((performance.now() - begun) * perSecond) / 1000) : made;
  for (; made < wanted; made += 1) due.push(begun + (made * 1000) / perSecond);
  while (due.length > 0 && idle.length > 0) {
    const client = idle.pop();
    if (client !== undefined) void serve(client);
  }
  if (open || due.length > 0 || idle.length < clients.length) return;
  clearInterval(ticking);
  void finish();
}, TICK_MS);

async function finish(): Promise<void> {
  for (const client of clients) await client.end();
  parentPort?.postMessage({ at: Float64Array.from(at), latency: Float64Array.from(latency) });
  parentPort?.close();
}

parentPort?.on('message', () => (open = false));
parentPort?.postMessage('running');
