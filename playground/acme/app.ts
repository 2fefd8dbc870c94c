import { serve } from '@hono/node-server';
import { Pool } from 'pg';
import { createMetrics } from './metrics.ts';
import type { DatabaseSample } from './metrics.ts';
import { acmeRoutes } from './routes.ts';
import { startTraffic } from './traffic.ts';
import { usageMeter } from './usage.ts';

export interface AcmeOptions {
  /** A login that row-level security binds: `createAcme(…).webUrl`. */
  readonly databaseUrl: string;
  /** A free one when absent or 0. */
  readonly port?: number;
  /** Requests per second of the built-in visitors; 0 for none. */
  readonly requestsPerSecond?: number;
}

export interface Acme {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const VISITORS = 40;
const SAMPLE_EVERY_MS = 1000;

/**
 * Starts the sample SaaS on 127.0.0.1, with its visitors. Its sessions show as `acme-web`. It gives up a statement after 1.5 s
 * and a connection after 1 s, as an application with impatient users does. Throws when the database cannot be reached, or
 * when its login would bypass row-level security and so mix the tenants.
 */
export async function startAcme({ databaseUrl, port = 0, requestsPerSecond = 40 }: AcmeOptions): Promise<Acme> {
  const pool = poolOf(databaseUrl, 15);
  await refuseAllSeeing(pool);
  const metrics = createMetrics();
  // A connection of its own: the measurement must not wait in the queue it measures.
  const monitor = new Pool({ connectionString: databaseUrl, application_name: 'acme-metrics', max: 1, statement_timeout: 1000 });
  monitor.on('error', () => {});
  const used = usageMeter();
  const sampling = setInterval(() => {
    metrics.used(used());
    void sampleSessions(monitor).then(metrics.sampled);
  }, SAMPLE_EVERY_MS);

  const app = acmeRoutes({ pool, metrics });
  const { server, url } = await listen(app.fetch, port);
  const traffic = requestsPerSecond > 0 ? startTraffic(url, { perSecond: requestsPerSecond, visitors: VISITORS }) : null;
  const stop = async () => {
    clearInterval(sampling);
    await traffic?.stop();
    await new Promise((closed) => {
      server.close(closed);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
    await Promise.all([pool.end(), monitor.end()]);
  };
  return { url, stop };
}

function poolOf(connectionString: string, max: number): Pool {
  const pool = new Pool({
    connectionString,
    max,
    application_name: 'acme-web',
    connectionTimeoutMillis: 1000,
    statement_timeout: 1500,
    query_timeout: 3000,
    idle_in_transaction_session_timeout: 5000,
  });
  // An idle connection that the server ends is replaced at the next request.
  pool.on('error', () => {});
  return pool;
}

async function refuseAllSeeing(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ free: boolean }>(
    'SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user',
  );
  if (rows[0]?.free === false) return;
  await pool.end();
  throw new Error('Acme refuses to start: its database login bypasses row-level security, so tenants would see each other. Use webUrl.');
}

async function sampleSessions(monitor: Pool): Promise<DatabaseSample | null> {
  const sample = monitor.query<DatabaseSample>(
    `SELECT count(*)::int AS connections, (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS lock_waits
     FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'acme-web'`,
  );
  return await sample.then(
    ({ rows }) => rows[0] ?? null,
    () => null,
  );
}

type Listening = { readonly server: ReturnType<typeof serve>; readonly url: string };

function listen(fetch: Parameters<typeof serve>[0]['fetch'], port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1' }, (info) => resolve({ server, url: `http://127.0.0.1:${info.port}` }));
    server.once('error', reject);
  });
}
