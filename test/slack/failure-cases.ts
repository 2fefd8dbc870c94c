import { globSync, readFileSync } from 'node:fs';

/** What goes wrong between us and Slack, and what must then be true. The numbers are the ones the test titles carry. */
export const FAILURE_CASES: Readonly<Record<string, string>> = {
  T1: 'The same envelope, event or trigger arrives twice: one effect, and the second is told that it is already done.',
  T2: 'A double click, by one person or by two at once: one transition, and the loser is told who was first.',
  T3: 'Approve after a rejection, after expiry or after the plan was edited: refused, and the card is repaired.',
  T4: 'A click on a button from before a restart: it works or it explains itself.',
  T5: 'Clicks out of order: Roll back while a stop is under way, Approve after Cancel.',
  T6: 'An action, command or window nobody listens to, left by an old version: acknowledged and explained.',
  T7: 'A handler slower than three seconds, an acknowledgement on a dead socket, an expired trigger: a hint to try again.',
  T8: 'A token that is revoked, expired or lacks a scope, at start, in a run, at a reconnect: the process stays, the run goes on.',
  T9: 'The channel is archived, renamed, deleted or closed to us: direct messages until it is back.',
  T10: 'People delete the card, an alert or the head of a thread: posted once more and linked anew.',
  T11: 'Slack asks us to wait (429): approvals and alerts first, progress is left out, the final state arrives.',
  T12: 'Server errors, resets, hangs, HTML, cut answers, lost answers: no second card.',
  T13: 'An internal error after which the message stands all the same: found by its metadata.',
  T14: 'Too long or hostile text: within every limit, harmless, and it says what was left out.',
  T15: 'Slack is away at any step, and the bot restarts meanwhile: the run follows its policy, and one catch-up comes back.',
  T16: 'Slack recycles a connection, or it is half-open: no click is lost.',
  T17: 'No socket at all: the person sees the failure in Slack, and nothing is half done.',
  T18: 'A deactivated person, a guest, a stranger, a bot, a second account of the author: refused at the click.',
  T19: 'Roles come from the configuration alone: a role nobody holds fails closed and says so at start.',
  T20: 'A private answer that Slack does not take: a direct message, and if that fails, the log.',
  T21: 'The Home tab is switched off, has changed meanwhile or must wait: nothing else suffers.',
  T22: 'A window that is gone, submitted twice or submitted after the state changed: one effect, and an explanation.',
  T23: 'A bad, stale, replayed or future signature, another workspace, another app: refused.',
  T24: 'Readers in other zones and the nights when clocks change: the same instant for everybody.',
  T25: 'Two bots by mistake: one publishes, both answer.',
  T26: 'Slack refuses a file: the SQL can still be read.',
  T27: 'The workspace forbids posting or strips blocks: the sentence arrives another way.',
  T28: 'A crash between the ledger and Slack, either way round: it goes on, without a second card.',
  T29: 'Two hundred alerts in ten seconds: edits are merged, one broadcast for each rule.',
  T30: 'An error that nobody caught: the run goes on, and the bot comes back.',
};

const TITLE = /\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*?\bT\d{1,2}\b(?:(?!\1)[^\\]|\\.)*?)\1\s*,/g;

/** The titles of tests that name a failure case, each with its file, in the order of the files. */
export function titlesByCase(root: URL, folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(Object.keys(FAILURE_CASES).map((name) => [name, []]));
  const files = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  ).toSorted();
  for (const file of files) {
    for (const [, , title = ''] of readFileSync(new URL(file, root), 'utf8').matchAll(TITLE)) {
      for (const name of new Set(title.match(/\bT\d{1,2}\b/g))) found.get(name)?.push(`${title.replaceAll('\\', '')} (\`${file}\`)`);
    }
  }
  return found;
}

/** The document: every case, what must hold, and the tests that hold it. */
export function failureDocument(titles: ReadonlyMap<string, readonly string[]>): string {
  const parts = Object.entries(FAILURE_CASES).map(
    ([name, sentence]) => `## ${name}\n\n${sentence}\n\n${(titles.get(name) ?? []).map((title) => `- ${title}`).join('\n')}\n`,
  );
  return [
    '# What goes wrong between Offpeak and Slack',
    '',
    'Made from the titles of the tests: `npx vitest run --project fast test/slack/failure-cases.test.ts -u`.',
    '',
    ...parts,
  ].join('\n');
}
