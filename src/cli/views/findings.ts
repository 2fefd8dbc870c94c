import { titleOf } from '../../domain/items.ts';
import type { Verdict } from '../../domain/items.ts';
import type { Finding } from '../../ports.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';

const WORDS: Readonly<Record<Verdict, string>> = { pass: 'ok', breach: 'FAILS', unknown: 'UNKNOWN' };

/** Each reading against its limit, with where it comes from. */
export function findingsView(findings: readonly Finding[]): string {
  return table(findings.map(({ item, verdict, value, limit, source }) => [WORDS[verdict], titleOf(item), value, limit, source]));
}

/** Done only when there are readings and every one passes: unknown is no pass, and neither is nothing. */
export function findingsExit(findings: readonly Finding[]): ExitCode {
  return findings.length > 0 && findings.every(({ verdict }) => verdict === 'pass') ? EXIT.done : EXIT.failed;
}
