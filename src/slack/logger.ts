import type { Log } from '../ports.ts';
import { LogLevel, type Logger } from '@slack/bolt';

/** Slack's packages log through our log: their debug lines hold whole payloads and are dropped. */
export function slackLogger(log: Log): Logger {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts: readonly unknown[]) => log.warn({ from: 'slack sdk' }, words(parts)),
    error: (...parts: readonly unknown[]) => {
      // A cut socket is not an emergency: the supervisor of the sockets says what it does about it.
      if (!words(parts).includes('WebSocket error')) log.error({ from: 'slack sdk' }, words(parts));
    },
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

function words(parts: readonly unknown[]): string {
  return parts.map(String).join(' ');
}
