import { Unreadable } from './reading.ts';

/** A token or password, given only to the one call that sends it. */
export type Hidden = { reveal(): string };

/** What a number stands for; it decides which numbers cannot be. */
export type Quantity = 'share' | 'milliseconds' | 'count' | 'amount';
export type TimeUnit = 's' | 'ms';

/** The number as the port wants it. What cannot be measured (NaN, infinity, less than nothing, more than all) is unknown. */
export function quantityOf(value: number, quantity: Quantity, { what, unit }: { what: string; unit?: TimeUnit | undefined }): number {
  if (!Number.isFinite(value))
    throw new Unreadable(`${what} answered with a number that is none (${String(value)}): nothing was measured.`);
  if (value < 0) throw new Unreadable(`${what} answered ${value}, less than nothing.`);
  if (quantity === 'share' && value > 1)
    throw new Unreadable(`${what} answered ${value}; a share is between 0 and 1. Divide per cent by 100.`);
  if (quantity === 'count') return Math.floor(value);
  return quantity === 'milliseconds' && unit === 's' ? value * 1000 : value;
}

export function bearer(token: Hidden | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
}

/** Host and port, without path, query and password: those may hold secrets. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that cannot be read';
}

/** The address with a path behind it and these parameters; lists repeat the parameter. */
export function at(base: string, path: string, parameters: Readonly<Record<string, string | readonly string[]>> = {}): string {
  if (!URL.canParse(base)) return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  for (const [name, value] of Object.entries(parameters)) for (const one of [value].flat()) url.searchParams.append(name, one);
  return url.href;
}
