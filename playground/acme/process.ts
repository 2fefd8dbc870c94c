import { startAcme } from './app.ts';

/** `node playground/acme/process.ts`: ACME_DATABASE_URL (required), ACME_PORT, ACME_REQUESTS_PER_SECOND. Prints `{"url":…}` when ready. */
const databaseUrl = process.env['ACME_DATABASE_URL'];
if (!databaseUrl) throw new Error('ACME_DATABASE_URL is not set.');

const acme = await startAcme({
  databaseUrl,
  port: Number(process.env['ACME_PORT'] ?? 0),
  requestsPerSecond: Number(process.env['ACME_REQUESTS_PER_SECOND'] ?? 40),
});
console.log(JSON.stringify({ url: acme.url }));

const stop = () => void acme.stop().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

// A demo that was killed cannot signal anybody; its child then belongs to another parent.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && stop(), 1000).unref();
