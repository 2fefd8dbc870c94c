/** Mistakes of the runbook by their number: the lines they belong to, what is wrong, and what is done instead; null where nothing is yet. */
export type Mistake = { readonly lines: readonly number[]; readonly wrong: string; readonly instead: string | null };

export const MISTAKES: Readonly<Record<string, Mistake>> = {
  M1: {
    lines: [100, 251],
    wrong: 'that command takes the URL for the file, and a gzipped plain dump is no archive',
    instead: 'archives of pg_dump, restored with pg_restore -d',
  },
  M2: { lines: [106], wrong: 'a truncated dump is listed like a whole one', instead: 'a real restore, rows and values compared' },
  M3: {
    lines: [141, 216],
    wrong: 'psql -f goes on after errors and ends with 0',
    instead: 'each query is an assertion in a read-only transaction',
  },
  M4: { lines: [280], wrong: '\\"idle\\" is read as a column', instead: 'our own query' },
  M5: { lines: [273, 280], wrong: 'idle sessions take slots too', instead: 'all client sessions over the usable slots' },
  M6: {
    lines: [283],
    wrong: 'does not parse; mended, it lists the last query of idle sessions',
    instead: 'what is active or holds a transaction',
  },
  M7: {
    lines: [275, 286],
    wrong: 'pairs waiters with waiters: three of them read as twelve',
    instead: 'distinct waiters, by pg_blocking_pids',
  },
  M8: {
    lines: [196],
    wrong: 'pkill ends a client; the statement goes on and commits',
    instead: 'cancel and terminate by pid and start time',
  },
  M9: { lines: [331], wrong: 'the first command names no deployment, the second only lists', instead: null },
  M10: {
    lines: [65, 138, 272],
    wrong: 'Speed Insights are Web Vitals of visitors, no server latency',
    instead: 'a source of server times; `vercel.speed_insights` is refused',
  },
  M11: {
    lines: [189, 190, 267],
    wrong: 'the tables contradict each other (20 % and 2×; 0.5 % and 1 %)',
    instead: 'one alert for each metric with levels: look closer, consider, roll back; the stricter limit wins',
  },
  M12: {
    lines: [89, 120, 154],
    wrong: 'T0 is not defined, and nobody owns T+5 to T+15',
    instead: 'T0 is the first write; watched without a gap until the end',
  },
  M13: {
    lines: [251],
    wrong: '--clean over production loses every write since and takes it down',
    instead: 'undone by down scripts; restored only beside it, by hand',
  },
  M14: { lines: [310], wrong: 'the direct host is IPv6 by default, and telnet hangs', instead: null },
  M15: { lines: [110, 116], wrong: 'that a text exists or parses proves nothing', instead: 'the way back is run on the copy' },
  M16: {
    lines: [206],
    wrong: 'a run has several migrations, and --force looks at no loss',
    instead: 'exactly what this run applied; `--force` refuses when it would lose something, `--dry-run` counts it',
  },
  M17: { lines: [393], wrong: 'a literal VERSION, no zone, a local file', instead: 'events in the ledger, UTC, written with the act' },
  M18: { lines: [106, 131, 225, 245], wrong: 'a path on one machine', instead: 'ledger and object store' },
  M19: { lines: [59, 68, 189], wrong: 'with few users one error is 1 %', instead: 'a minimum of requests, and three of five readings' },
  M20: {
    lines: [147, 162, 235, 241, 340, 361],
    wrong: 'several names for the same scripts',
    instead: '`hooks:` know aliases, and each can be run by any of them; those with a moment run by themselves',
  },
  M21: {
    lines: [100],
    wrong: 'a dump that still runs blocks the first heavy lock, and that lock everybody',
    instead: 'it has ended before, and none other may run',
  },
  M22: {
    lines: [128],
    wrong: 'no lock_timeout, no retry, no CONCURRENTLY',
    instead: 'short tries inside a budget, one statement a message, invalid indexes mended',
  },
  M23: {
    lines: [12],
    wrong: '"never" without days, clock changes, the end or rollback',
    instead: 'zone, days and predicted end are reckoned; rollback always may',
  },
  M24: { lines: [150], wrong: 'your-app.com is a placeholder', instead: 'refused in the settings' },
  M25: {
    lines: [304],
    wrong: 'the status page speaks for all regions',
    instead: "the project's own health decides, the page is told beside it",
  },
  M26: {
    lines: [141, 280, 283, 286],
    wrong: 'the password stands in the process list',
    instead: 'these commands take the connection from the settings',
  },
  M27: { lines: [46, 55], wrong: 'no limit is named', instead: '80 % and 10 s unless configured' },
  M28: {
    lines: [350],
    wrong: 'nobody notes the moment to recover to, and a restore point needs a right',
    instead: 'position and time of each backup, archived before the first write; a missing right is said with its GRANT',
  },
  M29: {
    lines: [14, 20, 39],
    wrong: 'no requester, reviewer or approver is named; "non-trivial" is not defined',
    instead: 'all are named; every plan goes the whole way',
  },
  M30: {
    lines: [34],
    wrong: 'on Supabase point-in-time recovery ends the daily backups',
    instead: 'what exists counts, not what was bought',
  },
};
