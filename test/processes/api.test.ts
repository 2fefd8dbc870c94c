import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { keepApi } from '../../src/processes/api.ts';
import { tokenOf } from '../http/an-api.ts';
import { aLedger, someServices } from '../slack/a-ledger.ts';
import { by } from '../support/plans.ts';
import { until } from '../support/until.ts';

const SECRETS = { api: [{ person: by('nora').id, token: new Secret(tokenOf('nora')) }] };

/** Another process that has a port. */
async function occupied(): Promise<{ readonly port: number; free(): Promise<unknown> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, free: () => new Promise((resolve) => server.close(resolve)) };
}

const status = async (port: number) => {
  const headers = { authorization: `Bearer ${tokenOf('nora')}` };
  return (await fetch(`http://127.0.0.1:${port}/v1/runs`, { headers })).status;
};

it('is not there unless the settings want it', async () => {
  const services = someServices(aLedger());
  await keepApi(services, { api: null }, { api: [] }).stop();
  expect(services.logged).toEqual([]);
});

it('ends nothing when its port is taken, says so, and listens once the other is gone', async () => {
  const other = await occupied();
  const services = someServices(aLedger());
  const api = keepApi(services, { api: { host: '127.0.0.1', port: other.port } }, SECRETS);
  onTestFinished(() => api.stop());
  await until(() => services.logged.some((line) => /cannot listen; everything else goes on/.test(line)), { what: 'the complaint' });
  await other.free();
  await until(async () => (await status(other.port)) === 200, { what: 'the API to listen', deadlineMs: 15_000, everyMs: 100 });
  expect(services.logged.join()).not.toContain(tokenOf('nora'));
});
