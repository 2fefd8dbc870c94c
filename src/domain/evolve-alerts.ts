import type { RunEvent } from './events.ts';
import { between, plus } from './instant.ts';
import { alertRulesOf, usualLevel } from './ladder.ts';
import type { Alert, RaisedAlert } from './monitor.ts';
import type { Run } from './run.ts';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** What alerts, sources and the countdown of a rollback change on a run. */
export const ALERT_CHANGES = {
  alert_raised: (run: Run, { alert }: Of<'alert_raised'>): Partial<Run> => ({ alerts: { ...run.alerts, [alert.metric]: alertOf(alert) } }),
  alert_escalated: (run: Run, event: Of<'alert_escalated'>): Partial<Run> => moved(run, event),
  alert_eased: (run: Run, event: Of<'alert_eased'>): Partial<Run> => moved(run, event),
  alert_cleared: (run: Run, event: Of<'alert_cleared'>): Partial<Run> => withAlert(run, event.metric, { clearedAt: event.at }),
  alert_acknowledged: (run: Run, event: Of<'alert_acknowledged'>): Partial<Run> =>
    withAlert(run, event.metric, { acknowledged: { by: event.actor, at: event.at } }),
  respite_given: (run: Run, event: Of<'respite_given'>): Partial<Run> => ({
    respite: { by: event.actor, until: event.until },
    armed: run.armed && { ...run.armed, firesAt: plus(event.until, alertRulesOf(run.plan).autoRollbackMs ?? 0) },
  }),
  source_lost: (run: Run, { source, metrics, since, detail }: Of<'source_lost'>): Partial<Run> => ({
    lost: { ...run.lost, [source]: { metrics, since, detail, accepted: false } },
  }),
  source_found: (run: Run, event: Of<'source_found'>): Partial<Run> => {
    const { [event.source]: found, ...lost } = run.lost;
    // What was dark before the first write is no time of the observation.
    const from = found === undefined || run.t0 === null || found.since > run.t0 ? found?.since : run.t0;
    return { lost, darkMs: run.darkMs + (from === undefined ? 0 : Math.max(0, between(from, event.at))) };
  },
  issues_listed: (_run: Run, { issues, more, at }: Of<'issues_listed'>): Partial<Run> => ({
    newIssues: { listed: { issues, more, at }, why: '' },
  }),
  issues_unlisted: (run: Run, { why }: Of<'issues_unlisted'>): Partial<Run> => ({
    newIssues: { listed: run.newIssues?.listed ?? null, why },
  }),
  rollback_armed: (_run: Run, event: Of<'rollback_armed'>): Partial<Run> => ({
    armed: { trigger: event.trigger, since: event.at, firesAt: event.firesAt },
  }),
  rollback_disarmed: (run: Run, { reason }: Of<'rollback_disarmed'>): Partial<Run> => ({
    armed: null,
    asks: reason === 'lossy' || reason === 'price_unknown' ? reason : run.asks,
  }),
  recovered: (_run: Run, event: Of<'recovered'>): Partial<Run> => ({ recovery: { at: event.at, after: event.after, detail: '' } }),
  recovery_missed: (_run: Run, event: Of<'recovery_missed'>): Partial<Run> => ({
    recovery: { at: event.at, after: null, detail: event.detail },
  }),
};

/** Whoever lets a run go on has seen what burns and what is dark, and takes it upon themself. */
export function takenUpon(run: Run, event: Of<'resumed'>): Partial<Run> {
  const acknowledged = { by: event.actor, at: event.at };
  const alerts = Object.entries(run.alerts).map(([metric, alert]) => [
    metric,
    alert.clearedAt === null && alert.acknowledged === null ? { ...alert, acknowledged } : alert,
  ]);
  const lost = Object.entries(run.lost).map(([source, each]) => [source, { ...each, accepted: true }]);
  return { alerts: Object.fromEntries(alerts), lost: Object.fromEntries(lost), armed: null, respite: null };
}

function alertOf(raised: RaisedAlert): Alert {
  return { ...raised, level: raised.level ?? usualLevel(raised.metric), clearedAt: null, acknowledged: null };
}

/** Whoever acknowledged the milder one has not seen the graver one. */
function moved(run: Run, { type, metric, level, value, limit, detail }: Of<'alert_escalated' | 'alert_eased'>): Partial<Run> {
  return withAlert(run, metric, { level, value, limit, detail, ...(type === 'alert_escalated' ? { acknowledged: null } : {}) });
}

function withAlert(run: Run, metric: Alert['metric'], change: Partial<Alert>): Partial<Run> {
  const alert = run.alerts[metric];
  return alert === undefined ? {} : { alerts: { ...run.alerts, [metric]: { ...alert, ...change } } };
}
