const day = /^(\d{4})-(\d{2})-(\d{2})$/;

/** YYYY-MM-DD, and a day there is. */
export function isDate(text: string): boolean {
  const [, year, month, date] = day.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined) return false;
  const at = new Date(Date.UTC(year, month - 1, date));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
}

/** HH:mm of a clock with 24 hours. */
export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** A UNIX time in seconds, ten digits as Slack has it. */
export function isMoment(text: string): boolean {
  return /^\d{10}$/.test(text);
}
