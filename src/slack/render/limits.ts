/** What Slack accepts (docs.slack.dev/reference/block-kit), and what a tired reader accepts, which is less (R2). */
export const LIMITS = {
  blocks: 50,
  viewBlocks: 100,
  header: 150,
  section: 3000,
  context: 3000,
  buttonText: 75,
  value: 2000,
  accessibilityLabel: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  viewTitle: 24,
  privateMetadata: 3000,
  input: 3000,
  /** chat.update refuses a longer text. */
  text: 4000,
  /** Slack refuses about 13,200 characters in all blocks of a message; undocumented, so we stay well below. */
  messageText: 10_000,
  /** The card: at most this many blocks, characters and buttons (R2). */
  cardBlocks: 12,
  cardText: 2500,
  cardButtons: 5,
  /** Characters of one file in the SQL modal. */
  sql: 2800,
} as const;

/** At most `max` characters, the last one an ellipsis when something was left out; never half of an emoji. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1);
  const half = /[\uD800-\uDBFF]$/.test(kept);
  return `${half ? kept.slice(0, -1) : kept}…`;
}

/** As many lines as fit into `max` characters; the rest is counted: `and 14 more: View SQL`. */
export function cutLines(lines: readonly string[], limit: { max: number; rest: (left: number) => string }): string {
  const kept: string[] = [];
  let length = 0;
  for (const [index, line] of lines.entries()) {
    const rest = limit.rest(lines.length - index);
    const last = index === lines.length - 1;
    if (length + line.length + (last ? 0 : rest.length + 1) > limit.max) return [...kept, rest].join('\n');
    kept.push(line);
    length += line.length + 1;
  }
  return kept.join('\n');
}
