import 'temporal-polyfill/global';
import { Client } from 'pg';
import type { RestoreRequest } from '../../../src/ports.ts';
import { postgresRestore } from '../../../src/target/restore/postgres-restore.ts';

/**
 * Restores and switches in a process of its own that dies by SIGKILL at its n-th changing statement: before it is sent, or a moment after it
 * was sent and before its answer. Environment: REQUEST, OPTIONS (JSON), DIE_AT (from 1), DIE_WHEN (before | sent). Everything else is the program's own.
 */
const dieAt = Number(process.env['DIE_AT']);
const dieWhen = process.env['DIE_WHEN'];
const CHANGES = /^\s*(create|drop|alter|comment|grant|revoke|analyze|begin$|commit$)/i;
let changes = 0;

const query = Object.getOwnPropertyDescriptor(Client.prototype, 'query')?.value as (this: Client, ...args: unknown[]) => unknown;
Client.prototype.query = function (this: Client, ...args: unknown[]): unknown {
  const [text] = args;
  if (typeof text !== 'string' || !CHANGES.test(text)) return query.apply(this, args);
  changes += 1;
  process.send?.({ changes, text });
  if (changes !== dieAt) return query.apply(this, args);
  if (dieWhen === 'before') process.kill(process.pid, 'SIGKILL');
  const answer = query.apply(this, args);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2);
  return answer;
} as typeof Client.prototype.query;

const restore = postgresRestore(JSON.parse(process.env['OPTIONS'] ?? '{}'));
const request = { ...(JSON.parse(process.env['REQUEST'] ?? '{}') as RestoreRequest), signal: new AbortController().signal };
const loaded = await restore.load(request);
if (!loaded.ok) throw new Error(loaded.message);
const { failures } = await restore.compare({ ...request, validations: [] });
if (failures.length > 0) throw new Error(failures.join());
const done = await restore.switchOver(request);
if (!done.ok) throw new Error(done.message);
process.disconnect();
