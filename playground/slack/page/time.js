import { now, state } from './store.js';

const format = (options) => new Intl.DateTimeFormat(undefined, options);
// 24 hours, as on the program's clock at the top and in what the program says about its window.
const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const withSeconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const short = format({ month: 'short', day: 'numeric', year: 'numeric' });
const plain = format({ month: 'long', day: 'numeric', year: 'numeric' });
const long = format({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
const numeric = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
const weekday = format({ weekday: 'long', month: 'long', day: 'numeric' });

export const timeOf = (seconds) => clock.format(seconds * 1000);
export const fullTime = (seconds) => `${long.format(seconds * 1000)}, ${withSeconds.format(seconds * 1000)}`;
export const sameDay = (a, b) => numeric.format(a * 1000) === numeric.format(b * 1000);

/** "Today", "Yesterday", or the date, by the program's clock. */
export function dayName(seconds) {
  return near(seconds, 'upper') ?? weekday.format(seconds * 1000);
}

function near(seconds, letters) {
  const days = { Today: 0, Yesterday: -86_400, Tomorrow: 86_400 };
  const found = Object.entries(days).find(([, shift]) => sameDay(seconds, now() / 1000 + shift))?.[0];
  return letters === 'upper' ? found : found?.toLowerCase();
}

/** Slack's `<!date^…>` in the reader's zone. A token Slack does not know stays as it is. */
export function formatDate(seconds, pattern) {
  const at = seconds * 1000;
  const tokens = {
    date_num: () => numeric.format(at),
    date_slash: () => numeric.format(at),
    date: () => plain.format(at),
    date_short: () => short.format(at),
    date_long: () => long.format(at),
    date_pretty: () => near(seconds) ?? plain.format(at),
    date_short_pretty: () => near(seconds) ?? short.format(at),
    date_long_pretty: () => near(seconds) ?? long.format(at),
    time: () => clock.format(at),
    time_secs: () => withSeconds.format(at),
    ago: () => ago(now() / 1000 - seconds),
  };
  return pattern.replaceAll(/\{(\w+)\}/g, (all, token) => (Object.hasOwn(tokens, token) ? tokens[token]() : all));
}

/** How long ago something was said. The program's clock may stand behind the moment: nothing was said in the future. */
export const since = (seconds) => ago(Math.max(0, now() / 1000 - seconds));

export function ago(seconds) {
  const size = Math.abs(seconds);
  const text =
    size < 60
      ? 'a few seconds'
      : size < 3600
        ? count(size / 60, 'minute')
        : size < 86_400
          ? count(size / 3600, 'hour')
          : count(size / 86_400, 'day');
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

function count(amount, unit) {
  const whole = Math.round(amount);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

/** The reader's own zone, for tooltips. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The parts of the program's clock in its own zone. */
export function programClock() {
  const options = {
    timeZone: state.clock.zone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  };
  return Object.fromEntries(new Intl.DateTimeFormat('en-GB', options).formatToParts(now()).map(({ type, value }) => [type, value]));
}

/** The next moment at which a wall clock in `zone` shows `time` (HH:MM), as an ISO instant. */
export function nextAt(time, zone, from) {
  const [hour, minute] = time.split(':').map(Number);
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    })
      .formatToParts(from)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const offset = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(from / 1000) * 1000;
  const today = Date.UTC(parts.year, parts.month - 1, parts.day, hour, minute) - offset;
  return new Date(today > from ? today : today + 86_400_000).toISOString();
}
