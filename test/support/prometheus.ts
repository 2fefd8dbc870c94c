import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

export type PrometheusServer = { readonly url: string; stop(): Promise<void> };

/** A real Prometheus that scrapes `/metrics` of these addresses every second, as jobs of these names. Throws where it is not installed. */
export async function startPrometheus(jobs: Readonly<Record<string, string>>): Promise<PrometheusServer> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-prometheus-'));
  const scrapes = Object.entries(jobs).map(([name, url]) => ({ job_name: name, static_configs: [{ targets: [new URL(url).host] }] }));
  // JSON is YAML.
  const config = { global: { scrape_interval: '1s', scrape_timeout: '900ms' }, scrape_configs: scrapes };
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = execa(
    process.env['PROMETHEUS'] ?? 'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=warn',
    ],
    { reject: false, all: true },
  );
  const stop = async () => {
    child.kill('SIGTERM', undefined);
    await child;
    await rm(directory, { recursive: true, force: true });
  };
  let ended = false;
  void child.then(() => (ended = true));
  const ready = () =>
    fetch(`${url}/-/ready`)
      .then(({ ok }) => ok || ended)
      .catch(() => ended);
  await until(ready, { what: 'Prometheus to be ready', deadlineMs: 30_000 });
  if (!ended) return { url, stop };
  const { code, all } = await child;
  await rm(directory, { recursive: true, force: true });
  if (code === 'ENOENT')
    throw new Error('Prometheus is not installed. On Debian: apt-get install prometheus; PROMETHEUS names another binary.');
  throw new Error(`Prometheus ended: ${all}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
