import type { Finding } from '../../ports.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** Done only when there are readings and every one passes: unknown is no pass, and neither is nothing. */
export function findingsExit(findings: readonly Finding[]): ExitCode {
  return findings.length > 0 && findings.every(({ verdict }) => verdict === 'pass') ? EXIT.done : EXIT.failed;
}
