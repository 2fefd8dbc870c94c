import type { Button, KnownBlock } from '@slack/types';
import { askedPeople, awaited, linesOf, lineState, openItems, waivableItems, waiverStands, type PlanItem } from '../../domain/checklist.ts';
import { drillOffered } from '../../domain/decide/drill.ts';
import type { Instant } from '../../domain/instant.ts';
import { questionOf, type Evidence, type ItemState, titleOf } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import { inPreparation, OPEN, type Run } from '../../domain/run.ts';
import { runsOut } from '../../domain/runs-out.ts';
import { actions, button, context, section, type Message } from './block-kit.ts';
import { countedAt, readyLine } from './gate-lines.ts';
import { cutLines, LIMITS } from './limits.ts';
import { ITEM_WORDS, runName } from './state-words.ts';
import { count, link, phrase, timeOf, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** How much of a reading is shown: one that passes needs no explanation, and one that does not needs all of it. */
const SHORT = 140;
const LONG = 320;
/** Characters of all machine lines; when everything fails at once, each is shown shorter. */
const MACHINES = 5_000;

type Line = {
  readonly item: PlanItem;
  readonly state: ItemState;
  /** It passes now, and will not at the first write. */
  readonly ending: boolean;
};

/** The checklist in the thread: one line per item. People answer theirs; machines fill theirs, what does not pass first (R3). */
export function checklist(view: RunView, people: readonly Person[]): Message {
  const { run } = view;
  const at = countedAt(view);
  const early = new Set(runsOut(run, { now: at, people }).map(({ item }) => item));
  const lines = linesOf(run.plan).map((item): Line => ({ item, state: lineState(run, item.key, at), ending: early.has(item.key) }));
  const waived = lines.filter(({ state }) => state === 'waived');
  const asked = lines.filter(({ item, state }) => item.kind !== 'machine' && state !== 'waived');
  const machine = lines.filter(({ item, state }) => item.kind === 'machine' && state !== 'waived');
  const ready = openItems(run, at).length === 0;
  const lock = ready ? `🔓 ${waived.length === 0 ? 'Every line passes' : 'Every line passes or is waived'}` : lockOf(run);
  return {
    text: `Checklist of run ${runName(run)}: ${readyLine(view)}. Next: ${ready ? 'nothing to do here' : 'people confirm their lines; machines fill theirs'}.`,
    blocks: [
      section(`*Checklist* · ${lock}: ${readyLine(view)}`),
      ...asked.map((line) => (line.item.kind === 'personal' ? personalLine(run, line, { at, people }) : humanLine(run, line))),
      ...waived.map((line) => waivedLine(run, line, people)),
      ...machineSections(run, machine),
      context('People confirm their lines; the others fill themselves and are read again before they expire.'),
      ...actions([
        ...(answerable(run) && waivableItems(run, at, people).length > 0 ? [button(run, 'ask_waive')] : []),
        ...(drillOffered(run, at) ? [button(run, 'run_drill')] : []),
      ]),
    ],
  };
}

/** What expires on the way to the first write can still be answered again; withdrawing would only stop the run there. */
function answerable(run: Run): boolean {
  return revocable(run) || inPreparation(run);
}

function revocable(run: Run): boolean {
  return OPEN.includes(run.state) && run.state !== 'planned';
}

/** What open lines mean where the run stands. */
function lockOf(run: Run): string {
  if (OPEN.includes(run.state)) return '🔒 Start is locked';
  return inPreparation(run) ? '🔒 The first write is locked' : 'As it stood at the first write';
}

/** As many lines in a section as it takes: what passes is short, so that they mostly need one. */
function machineSections(run: Run, lines: readonly Line[]): readonly KnownBlock[] {
  const waiting = lines.filter(({ state }) => state === 'pending').map(({ item }) => titleOf(item.key));
  const sorted = lines
    .filter(({ state }) => state !== 'pending')
    .toSorted((a, b) => Number(a.state === 'pass') - Number(b.state === 'pass'));
  const whole = sorted.map((line) => machineLine(run, line, LONG));
  const tooMuch = whole.reduce((sum, line) => sum + line.length, 0) > MACHINES;
  const texts: string[] = waiting.length === 0 ? [] : [`${ITEM_WORDS.pending.emoji} *Not read yet:* ${waiting.join(', ')}`];
  for (const line of tooMuch ? sorted.map((each) => machineLine(run, each, SHORT)) : whole) {
    const last = texts.at(-1);
    if (last === undefined || last.length + line.length + 1 > LIMITS.section) texts.push(line);
    else texts[texts.length - 1] = `${last}\n${line}`;
  }
  return texts.map((text) => section(text));
}

function headOf({ item, state, ending }: Line): string {
  const { emoji, word } = ITEM_WORDS[state];
  return `${emoji} *${titleOf(item.key)}* · ${word}${ending ? ' ⌛ runs out before the first write' : ''}`;
}

/** Value, limit, source and time, in a line; what a reading says in more lines, below it. */
function machineLine(run: Run, line: Line, long: number): string {
  const evidence = run.evidence[line.item.key];
  const { state } = line;
  if (evidence === undefined) return headOf(line);
  const source = `${limitOf(evidence)} · ${phrase(evidence.source.replace(/https?:\/\/[^/\s]+/, ''), 60)} ${timeOf(evidence.at)}`;
  const [first = '', ...others] = evidence.value.split('\n').filter((text) => text.trim() !== '');
  const head = `${headOf(line)} · `;
  if (evidence.permalink !== undefined) return `${head}${link(evidence.permalink, phrase(evidence.value, SHORT))}${source}`;
  if (state === 'pass' || others.length === 0 || long === SHORT)
    return `${head}${phrase(evidence.value, state === 'pass' ? SHORT : long)}${source}`;
  const below = cutLines(
    others.map((text) => `> ${phrase(text, SHORT)}`),
    { max: LONG, rest: (left) => `> and ${count(left, 'line')} more` },
  );
  return `${head}${phrase(first, SHORT)}${source}\n${below}`;
}

function humanLine(run: Run, line: Line): KnownBlock {
  const { key } = line.item;
  const evidence = run.evidence[key];
  if (evidence === undefined || line.state === 'expired') {
    const accessory = answerable(run) ? button(run, 'confirm_item', { item: key }) : undefined;
    return section(`${headOf(line)}\n${questionOf(key)}`, accessory);
  }
  const again = line.ending && answerable(run) ? button(run, 'confirm_item', { item: key }) : undefined;
  const accessory = again ?? (revocable(run) ? button(run, 'withdraw_item', { item: key }) : undefined);
  return section(`${headOf(line)} · ${who(evidence.actor)} ${when(evidence.at)}\n“${phrase(evidence.value, 300)}”`, accessory);
}

/** Who has said it, and for whom it still waits; each presses for themself (R17, R18). */
function personalLine(run: Run, line: Line, { at, people }: { at: Instant; people: readonly Person[] }): KnownBlock {
  const { item, state } = line;
  const given = run.acknowledged[item.key] ?? [];
  const missing = awaited(run, item, at);
  const said = given.filter(({ by, expiresAt }) => expiresAt > at && (item.people === undefined || item.people.includes(by.id)));
  const names = people.filter(({ id }) => missing.includes(id)).map((person) => who(person));
  const strangers = missing.filter((id) => !people.some((person) => person.id === id)).map((id) => who({ name: id }));
  const onCall = askedPeople(run, item, people).map((person) => who(person));
  const open = state === 'pass' ? [] : item.people === undefined ? [waitsFor(onCall, 'one of ')] : [waitsFor([...names, ...strangers], '')];
  const words = [...said.map((word) => `${ITEM_WORDS.pass.emoji} ${who(word.by)} ${when(word.at)}`), ...open];
  return section(`${headOf(line)}\n${words.join(' · ')}`, personalButton(run, line));
}

/** Each of those named presses it for themself, and takes their own word back. */
function personalButton(run: Run, { item, state, ending }: Line): Button | undefined {
  if (state === 'pass' && !ending) return revocable(run) ? button(run, 'withdraw_item', { item: item.key }) : undefined;
  if (!answerable(run)) return undefined;
  return button(run, item.key === 'on_call' ? 'confirm_available' : 'acknowledge');
}

function waitsFor(names: readonly string[], which: string): string {
  if (names.length === 0) return 'nobody in the configuration may answer it';
  return `${ITEM_WORDS.pending.emoji} waits for ${names.length > 1 ? which : ''}${names.slice(0, 12).join(', ')}`;
}

function waivedLine(run: Run, line: Line, people: readonly Person[]): KnownBlock {
  const { key } = line.item;
  const waiver = run.waivers[key];
  if (waiver === undefined) return section(headOf(line));
  const accessory = revocable(run) ? button(run, 'withdraw_item', { item: key }) : undefined;
  const reading = run.evidence[key];
  const stands =
    reading === undefined || line.item.kind !== 'machine'
      ? ''
      : `\n${phrase(reading.value, SHORT)}${limitOf(reading)} ${timeOf(reading.at)}`;
  const lapsed = waiverStands(run, key, people)
    ? ''
    : `\n🔒 It does not count any more: ${who(waiver.by)} may not waive this line now. Have it waived again.`;
  return section(`${headOf(line)} · ${who(waiver.by)} ${when(waiver.at)}\n“${phrase(waiver.reason, 300)}”${stands}${lapsed}`, accessory);
}

function limitOf({ limit }: Evidence): string {
  return limit === '' ? '' : ` (limit ${phrase(limit, 60)})`;
}
