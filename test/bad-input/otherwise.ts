import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connectServices, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { TargetContext } from '../../src/ports.ts';
import { startSite, type Site, type SiteOptions } from '../support/site.ts';

/** What is different: variables of the environment, and the text of offpeak.yaml. */
export type Change = { readonly env?: Readonly<Record<string, string>>; readonly yaml?: (text: string) => string };

let files = 0;

/** The same site as somebody sees it whose settings are different: its program and the environment of its processes. */
export async function otherwise(site: Site, change: Change): Promise<Site> {
  const env = { ...site.env, ...change.env, OFFPEAK_CONFIG: await changedFile(site, change) };
  const loaded = loadConfig({ file: env.OFFPEAK_CONFIG, env, cwd: dirname(env.OFFPEAK_CONFIG) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  const lines: string[] = [];
  const say = (fields: Readonly<Record<string, unknown>>, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const services = connectServices(loaded.config, loaded.secrets, { info: say, warn: say, error: say });
  onTestFinished(() => services.close());
  return { ...site, services, env, lines };
}

/** A site whose runs do not hold because the machine of the tests is slow. */
export async function calmSite(options: SiteOptions): Promise<Site> {
  const site = await startSite(options);
  return otherwise(site, { yaml: (text) => text.replace('latency: 5s', 'latency: 10s') });
}

/** A second offpeak.yaml beside the first one, so that what is relative to it stays. */
export async function changedFile(site: Site, { yaml = (text) => text }: Change): Promise<string> {
  const original = site.env['OFFPEAK_CONFIG'] ?? '';
  files += 1;
  const file = join(dirname(original), `offpeak-${files}.yaml`);
  await writeFile(file, yaml(await readFile(original, 'utf8')));
  return file;
}

/** The same site with parts of its target replaced, to let something happen at one exact point of a run. */
export function meddled(site: Site, meddle: (context: TargetContext) => Partial<TargetContext>): Site {
  const targets = new Map([...site.services.targets].map(([name, context]) => [name, { ...context, ...meddle(context) }]));
  const services: App = { ...site.services, targets };
  return { ...site, services };
}
