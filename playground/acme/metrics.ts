const WINDOW_S = 10;
const ACTIVE_S = 60;

/** What `GET /metrics.json` answers. Null where nothing was measured: silence is not health. */
export interface MetricsReading {
  /** 95th percentile of the response times in the window, in ms. */
  readonly p95_ms: number | null;
  /** Share of answers with a 5xx status in the window, 0..1. */
  readonly error_rate: number | null;
  readonly requests: number;
  readonly window_s: number;
  /** Different logged-in users of the last minute. */
  readonly active_users: number;
  /** The application's sessions in the database, and those of them that wait for a lock. */
  readonly connections: number | null;
  readonly lock_waits: number | null;
  /** Shares of the machine that the application uses, 0..1. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** Errors of the database the application has seen in the window. */
  readonly db_errors: number;
  readonly at: string;
}

export interface DatabaseSample {
  readonly connections: number;
  readonly lock_waits: number;
}

/** Shares of the machine, 0..1. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}

interface Answer {
  readonly at: number;
  readonly ms: number;
  readonly failed: boolean;
  readonly databaseError: boolean;
}

export interface Metrics {
  readonly answered: (answer: Omit<Answer, 'at'>) => void;
  readonly seen: (userId: string) => void;
  readonly sampled: (sample: DatabaseSample | null) => void;
  readonly used: (usage: Usage) => void;
  readonly reading: () => MetricsReading;
}

/** A sliding window over the last 10 s, kept in memory. `now` is a monotonic clock in ms. */
export function createMetrics(now: () => number = () => performance.now()): Metrics {
  let answers: Answer[] = [];
  let sample: DatabaseSample | null = null;
  let usage: Usage | null = null;
  const users = new Map<string, number>();

  const reading = (): MetricsReading => {
    const since = now() - WINDOW_S * 1000;
    answers = answers.filter(({ at }) => at >= since);
    for (const [user, at] of users) if (at < now() - ACTIVE_S * 1000) users.delete(user);
    const requests = answers.length;
    return {
      p95_ms: percentile95(answers.map(({ ms }) => ms)),
      error_rate: requests === 0 ? null : answers.filter(({ failed }) => failed).length / requests,
      requests,
      window_s: WINDOW_S,
      active_users: users.size,
      connections: sample?.connections ?? null,
      lock_waits: sample?.lock_waits ?? null,
      cpu: usage?.cpu ?? null,
      memory: usage?.memory ?? null,
      db_errors: answers.filter(({ databaseError }) => databaseError).length,
      at: new Date().toISOString(),
    };
  };
  return {
    answered: (answer) => void answers.push({ ...answer, at: now() }),
    seen: (userId) => void users.set(userId, now()),
    sampled: (next) => void (sample = next),
    used: (next) => void (usage = next),
    reading,
  };
}

/** The same numbers for Prometheus (text exposition format 0.0.4). What is unknown is left out, as Prometheus wants it. */
export function prometheusText(reading: MetricsReading): string {
  const gauges: readonly (readonly [string, string, number | null])[] = [
    ['acme_http_p95_seconds', 'p95 of the last 10 s', reading.p95_ms === null ? null : reading.p95_ms / 1000],
    ['acme_http_error_ratio', 'share of 5xx answers in the last 10 s', reading.error_rate],
    ['acme_http_requests', 'answers in the last 10 s', reading.requests],
    ['acme_active_users', 'logged-in users of the last minute', reading.active_users],
    ['acme_db_connections', 'database sessions of the application', reading.connections],
    ['acme_db_lock_waits', 'of these, waiting for a lock', reading.lock_waits],
    ['acme_cpu_ratio', 'share of the CPU', reading.cpu],
    ['acme_memory_ratio', 'share of the memory', reading.memory],
    ['acme_db_errors', 'database errors in the last 10 s', reading.db_errors],
  ];
  const known = gauges.filter(([, , value]) => value !== null);
  return known.map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`).join('');
}

/** Nearest rank: the smallest value that at least 95 % do not exceed. */
function percentile95(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(sorted.length * 0.95) - 1];
  return value === undefined ? null : Math.round(value * 10) / 10;
}
