import { pino, type Logger } from 'pino';

/** Connection strings, Slack tokens and passwords, wherever they turn up in a text (F41). */
const SECRETS = /(postgres(?:ql)?:\/\/[^\s:/@]+:)[^\s@]+(@)|\bx(?:ox[abprs]|app)-[\w-]+|(password=)\S+/gi;

/** The text without anything secret in it. */
export function scrubbed(text: string): string {
  return text.replaceAll(
    SECRETS,
    (_match, before?: string, after?: string, key?: string) => `${before ?? key ?? ''}[secret]${after ?? ''}`,
  );
}

/** One JSON line an entry on standard error, so that standard output stays the answer. Secrets are scrubbed from every line. */
export function openLog(name: string, level = 'info'): Logger {
  return pino(
    { name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void process.stderr.write(scrubbed(line)) },
  );
}
