const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Milliseconds of `50ms`, `90s`, `15m`, `24h`, `2d` or `1h30m`; null for anything else, a bare number included: 15 of what? */
export function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** A share between 0 and 1 of `0.5%` or `0.005`; null for anything else, 80 without a percent sign included. */
export function share(value: string | number): number | null {
  const text = String(value).trim();
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  // Rounded so that 99.9% is 0.999 and not 0.9990000000000001.
  const result =
    percent === null ? (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN) : Number((Number(percent[1]) / 100).toPrecision(12));
  return result >= 0 && result <= 1 ? result : null;
}

/** Minutes after midnight of `09:00`; `24:00` is the end of the day. Null for anything else. */
export function minutesOfDay(text: string): number | null {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  if (match === null) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 1440 ? minutes : null;
}

/** ISO weekday of `mon` … `sun`, 1 to 7; null for anything else. */
export function weekday(text: string): number | null {
  const index = DAYS.indexOf(text.toLowerCase());
  return index === -1 ? null : index + 1;
}
