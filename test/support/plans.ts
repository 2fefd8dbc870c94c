import { createHash } from 'node:crypto';
import { digestOf } from '../../src/domain/digest.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { checklistFor, healthLines, lineOf, type ChecklistSettings } from '../../src/domain/checklist.ts';
import type { Evidence, ItemKey, PerItem } from '../../src/domain/items.ts';
import type { Readings } from '../../src/domain/monitor.ts';
import { OFFPEAK, type Actor, type Person } from '../../src/domain/people.ts';
import type { Migration, PlainStatement, Plan, Statement } from '../../src/domain/plan.ts';
import type { Backup, Rehearsal } from '../../src/domain/proof.ts';
import type { RestoreOffer, Switched } from '../../src/domain/restore.ts';

/** SHA-256 as the program has it. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One person for each role, two approvers, and one who has none. */
export const PEOPLE = [
  { id: 'U0NORA', name: 'nora', roles: ['requester'] },
  { id: 'U0SAM', name: 'sam', roles: ['approver'] },
  { id: 'U0KIM', name: 'kim', roles: ['approver'] },
  { id: 'U0OLGA', name: 'olga', roles: ['operator'] },
  { id: 'U0ANA', name: 'ana', roles: ['on_call'] },
  { id: 'U0GUEST', name: 'guest', roles: [] },
] as const satisfies readonly Person[];

/** A person of PEOPLE as the one who acts, in Slack unless told. */
export function by(name: (typeof PEOPLE)[number]['name'], via: Actor['via'] = 'slack'): Actor {
  const id = PEOPLE.find((person) => person.name === name)?.id ?? '';
  return { id, name, via };
}

/** The program acting by its schedule. */
export const SCHEDULE: Actor = { ...OFFPEAK, via: 'schedule' };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A moment of the evening on which the stories take place: 24 November 2026, UTC. Peak hours in Berlin end at 17:00. */
export function evening(time: string): Instant {
  return `2026-11-24T${time.length === 5 ? `${time}:00` : time}.000Z`;
}

/** What the target is configured to be read from, beside what is built in: all but the provider's backups. */
export const SOURCES: readonly ItemKey[] = ['other_dumps', 'cpu', 'memory', 'active_users', 'restore_drill'];

/** Two stakeholders who acknowledge, and somebody on call. */
export const CHECKLIST: ChecklistSettings = { stakeholders: ['U0SAM', 'U0OLGA'], onCall: true, waivers: { cpu: ['operator'] } };

/** Two migrations of an ordinary SaaS in three units: an index built concurrently, a column with its trigger, and a backfill. */
export function aPlan(overrides: Partial<Plan> = {}): Plan {
  return {
    target: 'acme',
    identity: { systemIdentifier: '7400000000000000001', timeline: 1, database: 'acme', serverVersion: '15.18', serverMajor: 15 },
    migrations: [newestFirst(), emailDomain()],
    appliedVersions: ['0001', '0002', '0003'],
    appliedValidations: [],
    fingerprint: 'f'.repeat(64),
    window: { zone: 'Europe/Berlin', peakFrom: 540, peakTo: 1080, days: [1, 2, 3, 4, 5, 6, 7] },
    thresholds: {
      connections: 0.8,
      longQuerySeconds: 30,
      replicationLagSeconds: 1,
      diskFree: 0.2,
      latencyMs: 50,
      errorRate: 0.001,
      errorRateAlert: 0.01,
      p95Ms: 500,
      p95Factor: 2,
      p95FloorMs: 100,
      lockWaits: 5,
      minimumSamples: 20,
    },
    timing: {
      prepareLeadMs: 15 * MINUTE,
      observeMs: 15 * MINUTE,
      recheckMs: 5 * MINUTE,
      machineEvidenceMs: 15 * MINUTE,
      humanEvidenceMs: 24 * HOUR,
      proofMs: 24 * HOUR,
      approvalMs: 24 * HOUR,
      monitorSilenceMs: MINUTE,
      watcherSilenceMs: 30 * MINUTE,
      lateStartMs: 10 * MINUTE,
    },
    quorum: 2,
    items: checklistFor(SOURCES, CHECKLIST),
    runbook: { version: '1.0', owner: 'platform' },
    plannedAt: evening('17:05'),
    ...overrides,
  };
}

/** The digest a plan has before its rehearsal. */
export function plannedDigest(plan: Plan): string {
  return digestOf(plan, null, sha256);
}

/** A dump of the target that took two minutes. */
export function aBackup(overrides: Partial<Backup> & Pick<Backup, 'startedAt' | 'finishedAt'>): Backup {
  return {
    id: `acme-${overrides.startedAt}`,
    path: `/var/backups/offpeak/acme-${overrides.startedAt}.dump`,
    bytes: 48_234_496,
    sha256: 'b'.repeat(64),
    durationMs: 120_000,
    serverVersion: '15.18',
    toolVersion: '15.18',
    lsn: '0/3A2B4C8',
    ...overrides,
  };
}

/** A rehearsal of this plan in which everything went well; migrations without a down are reported as such. */
export function aRehearsal(plan: Plan, overrides: Partial<Rehearsal> & Pick<Rehearsal, 'backupId' | 'at'>): Rehearsal {
  return {
    restoreMs: 90_000,
    tables: 12,
    rows: 1_204_311,
    migrations: plan.migrations.map(({ version, down }) => ({
      version,
      up: 'ok',
      down: down === null ? 'missing' : 'exact',
      upAgain: 'ok',
      upMs: 4_000,
      downMs: 900,
      detail: '',
    })),
    statements: plan.migrations.flatMap(({ version, statements }) =>
      statements.map(({ index, locks }) => ({ version, index, ms: 1_200, rows: null, locks })),
    ),
    validationFailures: [],
    restoreError: '',
    ...overrides,
  };
}

/** Good readings before the first write, and after the last. */
export const BASELINE: Readings = { error_rate: 0.0004, p95: 118, connections: 0.31, long_queries: 0, lock_waits: 0 };
export const AFTER: Readings = { error_rate: 0.0005, p95: 121, connections: 0.33, long_queries: 0, lock_waits: 0 };

/** What a restore costs, as it was counted at this moment. */
export function anOffer(now: Instant): RestoreOffer {
  const rows = { inserted: 1_204, updated: 310, deleted: 2 };
  const since = new Date(Date.parse(now) - 20 * MINUTE).toISOString();
  const writes = { since, rows, most: ['leads 1,400', 'events 116'], walBytes: 4_200_000, why: '' };
  return { writes, databaseBytes: 212_000_000, predictedMs: 180_000 };
}

/** What a switch did. */
export const SWITCHED: Switched = { kept: 'acme_before_r42', lockedOutMs: 420, ended: 12 };

const READINGS: PerItem<readonly [value: string, limit: string, source: string]> = {
  connections: ['31 %', '< 80 %', 'pg_stat_activity'],
  long_queries: ['none', '< 30 s', 'pg_stat_activity'],
  replication_lag: ['0.2 s', '< 1 s', 'pg_stat_replication'],
  disk: [
    '64 % free (128 GB); more than 49.5 MB needed: backup 48.2 MB + rehearsed growth 1.3 MB',
    '> 20 %, and > backup + rehearsed growth',
    'statfs of data_directory',
  ],
  latency: ['3 ms', '< 50 ms', 'SELECT 1'],
  app_health: ['200', '200', 'GET /health'],
  error_rate: ['0.04 %', '< 0.1 %', 'GET /metrics'],
  p95: ['118 ms', '< 500 ms', 'GET /metrics'],
  other_dumps: ['none', 'none, and no snapshot over 30 s', 'pg_stat_activity'],
  cpu: ['23.4 %', '< 70 %', 'GET /metrics'],
  memory: ['61 %', '< 80 %', 'GET /metrics'],
  active_users: ['37', '< 100', 'GET /metrics'],
  restore_drill: ['acme-run41 restored 6 days ago', 'at most 92 days ago', "the ledger's proofs"],
};

/** Every health line green at `at`, or with these replaced. */
export function healthEvidence(plan: Plan, at: Instant, replaced: PerItem<Partial<Evidence>> = {}): readonly Evidence[] {
  const expiresAt = new Date(Date.parse(at) + plan.timing.machineEvidenceMs).toISOString();
  return healthLines(plan).map((item) => {
    const [value, limit, source] = READINGS[item] ?? ['', '', ''];
    return { item, verdict: 'pass', value, limit, source, at, expiresAt, actor: OFFPEAK, ...replaced[item] };
  });
}

/** The card stands in the channel, as the publisher reports it; nothing where the plan has no such line. */
export function noticeEvidence(plan: Plan, at: Instant): readonly Evidence[] {
  if (lineOf(plan, 'notice') === undefined) return [];
  const expiresAt = new Date(Date.parse(at) + plan.timing.humanEvidenceMs).toISOString();
  const place = { source: '#deployments', permalink: 'https://acme.slack.com/archives/C0DEPLOYMENTS/p1795540000000100' };
  return [{ item: 'notice', verdict: 'pass', value: 'the card is in the channel', limit: '', ...place, at, expiresAt, actor: OFFPEAK }];
}

const LEADS = 'public.leads';

/** `0007`: one statement that stands alone. */
export function newestFirst(): Migration {
  const sql = 'CREATE INDEX CONCURRENTLY leads_newest_first_idx ON leads (tenant_id, created_at DESC)';
  const statement: Statement = {
    ...aStatement(0, sql, 1),
    summary: 'CREATE INDEX CONCURRENTLY ON leads',
    locks: [{ relation: LEADS, mode: 'SHARE UPDATE EXCLUSIVE' }],
    scans: [LEADS],
    blocks: 'ddl',
    inTransaction: false,
  };
  const down = 'DROP INDEX CONCURRENTLY leads_newest_first_idx';
  return aMigration('0007', 'leads_newest_first', [statement], [{ sql: down, line: 1, inTransaction: false }]);
}

/** `0008`: a column, its trigger, and the old rows. */
export function emailDomain(): Migration {
  const statements: readonly Statement[] = [
    {
      ...aStatement(0, 'ALTER TABLE leads ADD COLUMN email_domain text', 1),
      summary: 'ALTER TABLE leads ADD COLUMN',
      locks: [{ relation: LEADS, mode: 'ACCESS EXCLUSIVE' }],
      blocks: 'reads+writes',
    },
    {
      ...aStatement(1, 'CREATE TRIGGER leads_set_email_domain BEFORE INSERT ON leads FOR EACH ROW EXECUTE FUNCTION set_domain()', 2),
      summary: 'CREATE TRIGGER ON leads',
      locks: [{ relation: LEADS, mode: 'SHARE ROW EXCLUSIVE' }],
      blocks: 'writes',
    },
    {
      ...aStatement(2, "UPDATE leads SET email_domain = split_part(email, '@', 2) WHERE email_domain IS NULL", 5),
      summary: 'UPDATE leads, in batches',
      locks: [{ relation: LEADS, mode: 'ROW EXCLUSIVE' }],
      inTransaction: false,
      backfill: { table: 'leads', key: 'id' },
    },
  ];
  const down = [
    { sql: 'DROP TRIGGER leads_set_email_domain ON leads', line: 1, inTransaction: true },
    { sql: 'ALTER TABLE leads DROP COLUMN email_domain', line: 2, inTransaction: true },
  ];
  const validations = [{ sql: 'SELECT id FROM leads WHERE email_domain IS NULL LIMIT 10', line: 1, inTransaction: true }];
  return aMigration('0008', 'leads_email_domain', statements, down, validations);
}

/** `0007`: a new table, which nobody waits for. */
export function leadTags(): Migration {
  const create = { ...aStatement(0, 'CREATE TABLE lead_tags (lead bigint, tag text)', 1), summary: 'CREATE TABLE lead_tags' };
  return aMigration('0007', 'lead_tags', [create], [{ sql: 'DROP TABLE lead_tags', line: 1, inTransaction: true }]);
}

function aStatement(index: number, sql: string, line: number): Statement {
  const nothing = { locks: [], rewrites: [], scans: [], blocks: 'nothing', inTransaction: true, known: true, hazards: [] } as const;
  return { index, sql, line, summary: sql, ...nothing };
}

/** A migration whose files hold these statements, with the hashes of their texts. */
export function aMigration(
  version: string,
  name: string,
  statements: readonly Statement[],
  downStatements: readonly PlainStatement[],
  validations: readonly PlainStatement[] = [],
): Migration {
  const script = (kind: string, of: readonly { sql: string }[]) => {
    const text = of.map(({ sql }) => `${sql};\n`).join('');
    return { path: `migrations/${version}_${name}.${kind}.sql`, text, sha256: sha256(text) };
  };
  return {
    version,
    name,
    up: script('up', statements),
    down: downStatements.length === 0 ? null : script('down', downStatements),
    validate: validations.length === 0 ? null : script('validate', validations),
    statements,
    downStatements,
    validations,
  };
}
