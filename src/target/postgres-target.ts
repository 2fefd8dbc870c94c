import type { Target } from '../ports.ts';
import { adoptInto } from './adopt.ts';
import { applyUnit, type Engine } from './apply.ts';
import { readFingerprint } from './fingerprint.ts';
import { readOtherHistory } from './history-of/read.ts';
import { readHistory } from './history.ts';
import { readIdentity } from './identity.ts';
import { takeLock } from './lock.ts';
import { whyUnusable } from './probe.ts';
import { recoverUnit } from './recover.ts';
import { RunSessions } from './run-sessions.ts';
import { sessionName, withSession, type OpenRequest, type Session } from './session.ts';
import type { SessionSettings } from './settings.ts';
import { stopBackend } from './stop.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';
import { undoMigration } from './undo.ts';
import { runValidations } from './validate.ts';

export type TargetOptions = {
  readonly name: string;
  /** A direct or session connection as a role that owns the tables. */
  readonly connectionString: string;
  readonly tuning?: Partial<Tuning>;
};

const READ = { lockTimeoutMs: 5_000, statementTimeoutMs: 60_000 };

/** A PostgreSQL database that we migrate. Nothing is connected before the first question. */
export function postgresTarget({ name, connectionString, tuning: changes }: TargetOptions): Target {
  const tuning: Tuning = { ...DEFAULT_TUNING, ...changes };
  const open = (settings: SessionSettings): OpenRequest => ({ connectionString, connectMs: tuning.connectMs, settings });
  const engine: Engine = { connectionString, tuning, open, sessions: new RunSessions(open) };
  const ask = <T>(what: string, question: (session: Session) => Promise<T>, statementTimeoutMs = READ.statementTimeoutMs): Promise<T> =>
    withSession(open({ ...READ, statementTimeoutMs, applicationName: `offpeak:${what}` }), question);

  return {
    name,
    identity: () => ask('identity', ({ client }) => readIdentity(client)),
    unusable: () => whyUnusable((what) => open({ ...READ, applicationName: `offpeak:${what}` })),
    applied: () => ask('history', ({ client }) => readHistory(client)),
    historyOf: (request) => ask('adopt', ({ client }) => readOtherHistory(client, request)),
    adopt: (request) => ask('adopt', ({ client }) => adoptInto(client, request)),
    fingerprint: () => ask('fingerprint', ({ client }) => readFingerprint(client)),
    lock: ({ runId, epoch }) =>
      takeLock(
        (what) => open({ ...READ, applicationName: sessionName(runId, epoch, what) }),
        { runId, epoch },
        () => engine.sessions.drop(runId),
      ),
    recover: (request) => recoverUnit(engine, request),
    apply: (request) => applyUnit(engine, request),
    undo: (request) => undoMigration(engine, request),
    stop: (backend, graceMs) => ask('stop', ({ client }) => stopBackend(client, backend, graceMs), graceMs + READ.statementTimeoutMs),
    validate: (scripts) => ask('validate', ({ client }) => runValidations(client, scripts), tuning.validateMs),
    close: () => engine.sessions.close(),
  };
}
