import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { configOf, type Config, type Secrets } from './config.ts';
import { environment, type Environment } from './environment.ts';
import { concealed, interpolate, type Interpolated } from './interpolation.ts';
import { keyText, type KeyPath, type Mistake } from './mistake.ts';
import type { Conflict } from './outline.ts';
import { conflicts } from './rules.ts';
import { knownKeys, Settings } from './schema.ts';
import { nearest } from './suggestion.ts';
import { inWords } from './words.ts';
import { readYaml } from './yaml-file.ts';

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly secrets: Secrets }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Where to look; `env` is the process's own environment and `cwd` its directory unless given. */
export type Source = { readonly file?: string; readonly env?: Environment; readonly cwd?: string };

const SLACK_API = 'https://slack.com/api/';

/**
 * Reads the settings once: `.env` beneath the real environment, the YAML file (`file`, OFFPEAK_CONFIG or ./offpeak.yaml), its variables.
 * Out: the configuration and, apart from it, the secrets; or every mistake at once, each with its line. Connects to nothing.
 */
export function loadConfig({ file, env: real, cwd = process.cwd() }: Source = {}): Loaded {
  const env = environment(cwd, real);
  const path = resolve(cwd, file ?? (env['OFFPEAK_CONFIG'] || 'offpeak.yaml'));
  const shown = relative(cwd, path).startsWith('..') ? path : relative(cwd, path);
  const atTop = (message: string): Loaded => ({ ok: false, mistakes: [{ file: shown, line: null, column: null, key: '', message }] });
  if (!existsSync(path))
    return atTop('is not there. Copy offpeak.example.yaml to offpeak.yaml, or name another with --config or OFFPEAK_CONFIG.');
  const apiUrl = env['SLACK_API_URL'] || SLACK_API;
  if (!URL.canParse(apiUrl)) return atTop('the variable SLACK_API_URL is no address. Write https://…, or leave it out.');
  const judged = judge({ text: readFileSync(path, 'utf8'), env, shown });
  if ('mistakes' in judged) return { ok: false, mistakes: judged.mistakes };
  const around = { file: path, directory: dirname(path), user: env['OFFPEAK_USER'] || null, apiUrl, env };
  return { ok: true, ...configOf(judged.settings, around) };
}

type Judged = { readonly settings: Settings } | { readonly mistakes: readonly Mistake[] };

function judge({ text, env, shown }: { text: string; env: Environment; shown: string }): Judged {
  const yaml = readYaml(text);
  if (yaml.errors.length > 0) return { mistakes: yaml.errors.map((error) => ({ file: shown, key: '', ...error })) };
  const filled = interpolate(yaml.value ?? {}, env);
  const parsed = Settings.safeParse(filled.value, { error: inWords });
  const wrong = [...(parsed.error?.issues ?? []).flatMap(described), ...conflicts(filled.value)];
  const found = [...filled.missing.map(missing), ...withoutMissing(wrong, filled)];
  if (parsed.success && found.length === 0) return { settings: parsed.data };
  const mistakes = found.map(({ path, message }) => {
    return { file: shown, ...yaml.placeOf(path), key: keyText(path), message: concealed(message, filled.used) };
  });
  return { mistakes: mistakes.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function missing({ path, name }: Interpolated['missing'][number]): Conflict {
  return { path, message: `the variable ${name} is not set or empty. Set it in the environment or in .env.` };
}

/** Drops what would be said about a setting whose variable is missing anyway. */
function withoutMissing(found: readonly Conflict[], filled: Interpolated): readonly Conflict[] {
  const gone = new Set(filled.missing.map(({ path }) => keyText(path)));
  return found.filter(({ path }) => !gone.has(keyText(path)));
}

function described(issue: z.core.$ZodIssue): readonly Conflict[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  return [{ path, message: issue.message }];
}

function unknownKey(path: KeyPath, key: string): Conflict {
  const known = knownKeys(path);
  const meant = nearest(key, known);
  const advice = meant === null ? `Known here: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  return { path: [...path, key], message: `is no setting. ${advice}` };
}
