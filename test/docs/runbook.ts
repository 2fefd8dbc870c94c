import { ENTRIES_AFTER } from './entries-after.ts';
import { ENTRIES_BEFORE } from './entries-before.ts';
import { ENTRIES_EXECUTION } from './entries-execution.ts';
import type { Entries, Entry } from './entry.ts';
import { MISTAKES } from './mistakes.ts';
import { resolve, type Reference } from './reference.ts';
import { LINES, SECTIONS, type RunbookLine, type Section } from './runbook-lines.ts';

export const ENTRIES: Entries = { ...ENTRIES_BEFORE, ...ENTRIES_EXECUTION, ...ENTRIES_AFTER };

const STANDINGS = ['automated', 'in part', 'not yet'] as const;
export type Standing = (typeof STANDINGS)[number];
const MARKS: Readonly<Record<Standing, string>> = { automated: '✅', 'in part': '🟡', 'not yet': '✋' };

/** How far a line is automated, as its entry says. */
export function standingOf({ by = [], open }: Entry): Standing {
  if (open === undefined) return 'automated';
  return by.length === 0 ? 'not yet' : 'in part';
}

/** The document: every line of the runbook and what became of it. Throws when a line has no entry or an entry names what is not built. */
export function runbookDocument(): string {
  return [HEAD, counts(), ...SECTIONS.map(sectionText), ''].join('\n');
}

function counts(): string {
  const many = (standing: Standing) => LINES.filter((line) => standingOf(entryOf(line)) === standing).length;
  return [
    `The runbook has **${LINES.length} lines** that ask for something:`,
    '',
    `- ✅ **${many('automated')}** are automated`,
    `- 🟡 **${many('in part')}** are automated in part; what is left is said, with what you do today`,
    `- ✋ **${many('not yet')}** are **not automated yet**: you do them as before`,
    '',
  ].join('\n');
}

function sectionText({ title, lines }: Section): string {
  const rows = lines.map(row);
  return [`## ${title}`, '', '| line | the runbook says | | what does it | asked by |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

function row(line: RunbookLine): string {
  const entry = entryOf(line);
  const numbers = line.from === line.to ? `${line.from}` : `${line.from}–${line.to}`;
  const said = line.text.map((text) => saidText(text)).join('<br>');
  return `| ${numbers} | ${said} | ${MARKS[standingOf(entry)]} | ${answer(entry, line)} | ${line.requires.replaceAll(' ', ', ')} |`;
}

function answer({ by = [], does, open }: Entry, { from }: RunbookLine): string {
  const automated = [by.map(linked).join(', '), does ?? ''].filter((part) => part !== '').join('. ');
  const left = open === undefined ? '' : `**${by.length === 0 ? 'Not automated yet' : 'Not yet'}:** ${open.why} *Today:* ${open.today}`;
  const wrong = Object.entries(MISTAKES)
    .filter(([, { lines }]) => lines.includes(from))
    .map(([name, mistake]) => `**${name}** ${mistake.wrong}. Instead: ${mistake.instead ?? 'nothing yet'}.`);
  return [automated, left, ...wrong]
    .filter((part) => part !== '')
    .join('<br>')
    .replaceAll('|', '\\|');
}

function linked(reference: Reference): string {
  const { label, leads } = resolve(reference);
  return `[${label}](${leads.startsWith('docs/') ? leads.slice('docs/'.length) : `../${leads}`})`;
}

/** Long commands are cut: the page is read beside the old one. */
const LONGEST = 90;

function saidText(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return `\`\`${cut.startsWith('`') || cut.endsWith('`') ? ` ${cut} ` : cut}\`\``.replaceAll('|', '\\|');
}

function entryOf({ from }: RunbookLine): Entry {
  const entry = ENTRIES[from];
  if (entry === undefined)
    throw new Error(`Line ${from} of the runbook has no entry: say what automates it, or what a person does today and why.`);
  return entry;
}

const HEAD = `# The runbook, line by line

For whoever knows the old page: version 1.0 of 2026-02-26, with its line numbers. Each line that asks for something, and the check, line of the
checklist, step, command, button or refusal that automates it. R numbers are requirements and stand in the titles of tests; M numbers are mistakes of the page.
The checks with their limits are in [checks.md](checks.md).

Made from \`test/docs/\`: \`npx vitest run --project fast test/docs -u\`. A test fails when a line has no entry, or an entry names what does not exist.
`;
