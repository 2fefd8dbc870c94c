import type { Button, KnownBlock, ModalView } from '@slack/types';
import { isTestable, personsTests, testsOf, testState, type ApplicationTest } from '../../domain/application-tests.ts';
import type { Run } from '../../domain/run.ts';
import { CALLBACKS, LINE } from '../actions.ts';
import { button, plain } from './block-kit.ts';
import { asking } from './modals.ts';
import { runName } from './state-words.ts';
import { count, phrase, when, who } from './text.ts';

/** How many tests a card names. */
const NAMED = 10;

/** `Application tests 1 of 4 passed`, and a line for each with who said so, when and what (R61–R64); empty where the plan has none. */
export function testLines(run: Run): readonly string[] {
  const tests = testsOf(run.plan);
  if (tests.length === 0) return [];
  const passed = tests.filter(({ name }) => testState(run, name) === 'pass').length;
  // What did not pass is never what is left out.
  const ordered = tests.toSorted((a, b) => Number(testState(run, a.name) === 'pass') - Number(testState(run, b.name) === 'pass'));
  const left = tests.length - NAMED;
  return [
    `*Application tests* ${passed} of ${tests.length} passed`,
    ...ordered.slice(0, NAMED).map((each) => testLine(run, each)),
    ...(left > 0 ? [`and ${count(left, 'more test')}: offpeak status`] : []),
  ];
}

function testLine(run: Run, { name, kind }: ApplicationTest): string {
  const result = run.tests[name];
  if (result === undefined) return kind === 'human' ? `⌛ ${name} · a person tries it` : `▫️ ${name} · its hook tries it`;
  const icon = result.verdict === 'pass' ? '✅' : result.verdict === 'breach' ? '❌' : '❔';
  const by = kind === 'human' ? who(result.actor) : 'its hook';
  return `${icon} ${name} · ${phrase(result.value, 150)} · ${by} ${when(result.at)}`;
}

/** **Tested…** while a test waits for a person and their word counts. */
export function testedButton(run: Run): readonly Button[] {
  return isTestable(run) && personsTests(run).length > 0 ? [button(run, 'ask_tested')] : [];
}

/** Asks which test was done, and what was seen; null when none waits for a person. */
export function testedModal(run: Run): ModalView | null {
  const open = isTestable(run) ? personsTests(run) : [];
  const options = open.slice(0, 100).map(({ name }) => ({ text: plain(name, 75), value: name }));
  if (options.length === 0) return null;
  const note = asking(run, {
    callback: CALLBACKS.tested,
    extra: '',
    title: 'Application test',
    submit: 'It works',
    lead: `*${runName(run)}*\nTry it in the application first. What does not work is no result here: press *Report a problem…* or *Roll back now*.`,
    question: 'What did you do, and what did you see?',
  });
  const [lead, ...question] = note.blocks;
  const which: KnownBlock = {
    type: 'input',
    block_id: LINE.block,
    label: plain('Which test?', 2000),
    element: { type: 'static_select', action_id: LINE.action, options },
  };
  return { ...note, blocks: [...(lead === undefined ? [] : [lead]), which, ...question] };
}
