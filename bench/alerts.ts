import 'temporal-polyfill/global';
import { parseArgs } from 'node:util';
import { manyRounds } from './alerts/clicks.ts';
import { onThePage } from './alerts/page.ts';
import { median } from './table.ts';

/**
 * `npm run bench:alerts`: how fast an alert is on the page and a click is on the server, on the playground (bot, worker and Acme as their
 * own processes, the local Slack, the demo's migration), and whether fifty simultaneous clicks ever have two effects.
 * `--rollbacks 3` runs that are rolled back in the middle of the heavy statement, `--alerts 20` alerts on one that is observed,
 * `--clicks 1000` rounds of fifty clicks on a real ledger. 0 leaves a part out.
 */
const { values: options } = parseArgs({
  options: {
    rollbacks: { type: 'string', default: '3' },
    alerts: { type: 'string', default: '20' },
    clicks: { type: 'string', default: '1000' },
  },
});
const [rollbacks, alerts, clicks] = [options.rollbacks, options.alerts, options.clicks].map(Number) as [number, number, number];
if (![rollbacks, alerts, clicks].every((value) => Number.isInteger(value) && value >= 0)) {
  console.error('Usage: npm run bench:alerts -- [--rollbacks N] [--alerts N] [--clicks N]');
  process.exit(3);
}

/** Nearest rank, so that of few values the worst is named. */
function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;
}

/** One line of the table; a goal that is missed is said. */
function line(name: string, ms: readonly number[], goalMs: number | null): string {
  if (ms.length === 0) return `${name.padEnd(62)} not measured`;
  const goal = goalMs === null ? '' : `goal ${goalMs} ms ${p99(ms) <= goalMs ? 'met' : 'MISSED'}`;
  const numbers = [median(ms), p99(ms)].map((value) => `${value.toFixed(0)} ms`.padStart(10)).join('');
  return `${name.padEnd(62)}${String(ms.length).padStart(7)}${numbers}  ${goal}`;
}

console.log(`${''.padEnd(62)}${'times'.padStart(7)}${'median'.padStart(10)}${'p99'.padStart(10)}`);
if (rollbacks + alerts > 0) {
  const page = await onThePage({ rollbacks, alerts, log: (text) => console.error(text) });
  console.log(line('breach recorded → alert on the page', page.alertMs, 300));
  console.log(line('  the same from the moment the harm began (three samples)', page.harmMs, null));
  console.log(line('click → acknowledged', page.ackMs, null));
  console.log(line('click → statement cancelled on the server', page.cancelMs, 150));
  console.log(line('click → rolled back and verified, on the card', page.backMs, null));
}
if (clicks > 0) {
  const rounds = await manyRounds(clicks, (done) => {
    if (done % 100 === 0) console.error(`${done} of ${clicks} rounds`);
  });
  const wrong = rounds.filter(({ effects }) => effects !== 1).length;
  console.log(
    line(
      'one of fifty simultaneous clicks → its answer',
      rounds.flatMap(({ ms }) => ms),
      null,
    ),
  );
  console.log(`${clicks} rounds of 50 clicks: ${wrong === 0 ? 'exactly one effect in each' : `${wrong} WITHOUT exactly one effect`}`);
  if (wrong > 0) process.exitCode = 1;
}
