import { isOfSupabase, sameDatabase, sameServer, type DatabasePlace } from './database-url.ts';
import { applicationTests, hooks, stagingHooks } from './hook-rules.ts';
import { Given, Outline, type Conflict } from './outline.ts';

/** Every conflict between the settings of a file whose variables are filled in; settings that are not there or malformed are left out. */
export function conflicts(value: unknown): readonly Conflict[] {
  const outline = Outline.safeParse(value);
  if (!outline.success) return [];
  return [
    names,
    databases,
    backups,
    providers,
    leads,
    slack,
    people,
    stakeholders,
    apiTokens,
    measurements,
    hooks,
    stagingHooks,
    applicationTests,
  ].flatMap((rule) => rule(outline.data));
}

function names({ targets, default_target: chosen }: Outline): readonly Conflict[] {
  const known = Object.keys(targets);
  const found: Conflict[] = [];
  if (known.length === 0) found.push({ path: ['targets'], message: 'names no database to migrate.' });
  for (const name of known) {
    // The name becomes part of the backup's file name.
    if (!/^[a-z][a-z0-9_-]{0,30}$/.test(name))
      found.push({
        path: ['targets', name],
        message: 'may have only small letters, digits, - and _, at most 31, beginning with a letter.',
      });
    const twin = targets[name]?.staging;
    if (twin !== undefined && (twin === name || !known.includes(twin)))
      found.push({ path: ['targets', name, 'staging'], message: `must name another target: ${others(known, name)}.` });
    if (twin === undefined && targets[name]?.staging_run !== undefined)
      found.push({ path: ['targets', name, 'staging_run'], message: 'is for a target with a twin, and staging names none.' });
  }
  if (chosen !== undefined && !known.includes(chosen) && known.length > 0)
    found.push({ path: ['default_target'], message: `"${chosen}" is no target. Configured: ${known.join(', ')}.` });
  return found;
}

function others(known: readonly string[], name: string): string {
  return known.filter((other) => other !== name).join(', ') || 'there is no other one';
}

function databases({ ledger, targets }: Outline): readonly Conflict[] {
  const found: Conflict[] = [];
  const seen: { name: string; at: DatabasePlace }[] = [];
  for (const [name, { database, scratch }] of Object.entries(targets)) {
    if (database === null) continue;
    // A restore would take the ledger back to the past together with the target, and its history with it (F14).
    if (ledger !== null && sameDatabase(ledger, database))
      found.push({ path: ['ledger'], message: `is the database of target "${name}". The ledger needs a database of its own.` });
    if (scratch !== null && sameServer(scratch, database))
      found.push({
        path: ['targets', name, 'scratch'],
        message: 'is the server of the target itself. Restores are proved on another server, so that production does not carry them.',
      });
    const twin = seen.find((other) => sameDatabase(other.at, database));
    if (twin !== undefined) found.push({ path: ['targets', name, 'database'], message: `is the same database as target "${twin.name}".` });
    seen.push({ name, at: database });
  }
  return found;
}

/**
 * A provider takes back everything on the server of its project: that must be the target's own, with no ledger and no other target on it (F14,
 * F61). Judged by the connection strings alone: `db.PROJECT.supabase.co`, or the role of the pooler.
 */
function providers({ ledger, targets }: Outline): readonly Conflict[] {
  return Object.entries(targets).flatMap(([name, { backup, database }]) => {
    const project = backup?.point_in_time?.supabase.project;
    if (project === undefined) return [];
    const path = ['targets', name, 'backup', 'point_in_time', 'supabase', 'project'];
    const onIt = (other: DatabasePlace | null) => other !== null && isOfSupabase(other, project);
    const whole = `"${project}" is taken back as a whole, all databases of its server at once, and`;
    const found: Conflict[] = [];
    if (database !== null && !onIt(database)) {
      const message = `"${project}" is not the project of this target's database, and would be taken back instead of it. The connection string names the right one: db.PROJECT.supabase.co, or the role postgres.PROJECT.`;
      found.push({ path, message });
    }
    if (onIt(ledger))
      found.push({ path, message: `${whole} the ledger is on it. Give the ledger another server, or take point_in_time out.` });
    for (const [other, { database: theirs }] of Object.entries(targets))
      if (other !== name && onIt(theirs))
        found.push({
          path,
          message: `${whole} the database of target "${other}" is on it. Give that one another project, or take point_in_time out.`,
        });
    return found;
  });
}

function backups({ targets }: Outline): readonly Conflict[] {
  return Object.entries(targets).flatMap(([name, { backup }]) => {
    if ((backup?.jobs ?? 1) <= 1 || backup?.format === 'directory') return [];
    const message = 'needs format: directory. One archive file is written by one session.';
    return [{ path: ['targets', name, 'backup', 'jobs'], message }];
  });
}

const QUARTER_HOUR = 900_000;

/** What is not prepared at T-5 does not start by itself (R37), so there must be time before it. */
function leads({ targets }: Outline): readonly Conflict[] {
  return Object.entries(targets).flatMap(([name, { prepare_lead: prepare, recheck_lead: recheck }]) => {
    if (recheck === null || recheck === 0 || recheck < (prepare ?? QUARTER_HOUR)) return [];
    const message = 'must be shorter than prepare_lead, or nothing could be prepared before it.';
    return [{ path: ['targets', name, 'recheck_lead'], message }];
  });
}

function slack({ slack: { mode, app_token: appToken, signing_secret: signingSecret } }: Outline): readonly Conflict[] {
  if (mode === 'http') {
    const message = 'is missing: mode http needs it to know that requests come from Slack.';
    return signingSecret === undefined ? [{ path: ['slack', 'signing_secret'], message }] : [];
  }
  const message = 'is missing: mode socket needs it. Create it in Slack under Basic Information, App-Level Tokens.';
  return appToken === undefined ? [{ path: ['slack', 'app_token'], message }] : [];
}

/** Somebody who is asked to acknowledge must be able to press a button. */
function stakeholders({ people: list, targets }: Outline): readonly Conflict[] {
  const known = list.flatMap(({ id, name }) => [id, name?.replace(/^@/, '')]);
  return Object.entries(targets).flatMap(([target, { stakeholders: named }]) =>
    named.flatMap((who, index) => {
      if (typeof who !== 'string' || known.includes(who.replace(/^@/, ''))) return [];
      const message = `"${who}" is nobody of people. Add this person there; the role stakeholder is enough.`;
      return [{ path: ['targets', target, 'stakeholders', index], message }];
    }),
  );
}

/** A token stands for one person of the list, or nobody knows whose act it was. */
function apiTokens({ people: list, api }: Outline): readonly Conflict[] {
  const known = list.flatMap(({ id, name }) => [id, name?.replace(/^@/, '')]);
  const tokens = api?.tokens ?? [];
  return tokens.flatMap(({ person, token }, index): readonly Conflict[] => {
    const path = ['api', 'tokens', index];
    const unknown = person !== undefined && !known.includes(person.replace(/^@/, ''));
    const taken = token !== undefined && tokens.findIndex((other) => other.token === token) < index;
    return [
      ...(unknown ? [{ path: [...path, 'person'], message: `"${person}" is nobody of people.` }] : []),
      ...(taken ? [{ path: [...path, 'token'], message: 'is the token of somebody else in this list.' }] : []),
    ];
  });
}

function people({ people: list, approvals: { quorum } }: Outline): readonly Conflict[] {
  const found: Conflict[] = [];
  for (const [index, person] of list.entries()) {
    const before = list.slice(0, index);
    for (const key of ['id', 'name'] as const) {
      if (person[key] !== undefined && before.some((other) => other[key] === person[key]))
        found.push({ path: ['people', index, key], message: 'is already somebody else in this list.' });
    }
  }
  for (const [index, { accounts }] of list.entries()) {
    const others = list.flatMap((other, place) => (place === index ? [other.id] : [other.id, ...other.accounts]));
    if (accounts.some((account) => typeof account === 'string' && others.includes(account)))
      found.push({ path: ['people', index, 'accounts'], message: 'names an account that this list has already.' });
  }
  const approvers = new Set(list.filter((person) => person.roles.includes('approver')).map((person) => person.id)).size;
  if (list.length > 0 && approvers < quorum)
    found.push({
      path: ['people'],
      message: `has ${approvers} with the role approver, and approvals.quorum asks for ${quorum}. Give more people that role.`,
    });
  return found;
}

/** The error rate, its requests and p95 come from somewhere; what no source measures the application must answer itself. */
function measurements({ targets }: Outline): readonly Conflict[] {
  return Object.entries(targets).flatMap(([name, { application, readings }]) => {
    if (Object.hasOwn(application, 'metrics')) return [];
    const counted = Object.hasOwn(Given.parse(readings['error_rate']), 'sentry') ? [] : ['requests'];
    const without = ['error_rate', 'p95', ...counted].filter((reading) => !Object.hasOwn(readings, reading));
    if (without.length === 0) return [];
    const message = `is missing, and readings name no source for ${without.join(', ')}.`;
    return [{ path: ['targets', name, 'application', 'metrics'], message }];
  });
}
