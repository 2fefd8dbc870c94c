import { afterEach, describe, expect, it } from 'vitest';

/** The page's own modules, as the browser gets them; those here touch no document. */
async function pageModule<T>(name: string): Promise<T> {
  const path = new URL(`../../../playground/slack/page/${name}.js`, import.meta.url).href;
  return (await import(path)) as T;
}

type Completion = { readonly kind: string; readonly from: number; readonly text: string; readonly label: string; readonly hint?: string };
type Known = {
  readonly commands: readonly object[];
  readonly people: readonly object[];
  readonly channels: readonly object[];
  readonly inThread: boolean;
};
const { completions, usageOf, verbsIn } = await pageModule<{
  completions: (before: string, known: Known) => readonly Completion[];
  usageOf: (text: string, commands: readonly object[]) => string;
  verbsIn: (hint: string) => readonly { verb: string; argument: string }[];
}>('completions');
const { parse } = await pageModule<{ parse: (text: string) => readonly unknown[] }>('mrkdwn-parse');
type Shape = { most: number; line: string; area: string; limitY?: number; highest?: number };
const { shape } = await pageModule<{ shape: (values: readonly (number | undefined)[], box: object) => Shape }>('chart');
const { formatDate, nextAt, since } = await pageModule<{
  since: (seconds: number) => string;
  formatDate: (seconds: number, pattern: string) => string;
  nextAt: (time: string, zone: string, from: number) => string;
}>('time');
const { state } = await pageModule<{ state: { clock: { now: string; at: number } | null } }>('store');

type Typed = { value: (block: object, part: object) => unknown; type: (block: object, part: object, value: unknown) => void };
const { typedIn, valuesOf } = await pageModule<{ typedIn: (view: object) => Typed; valuesOf: (view: object) => unknown }>('typed');

const commands = [{ command: '/migrate', description: 'Migrations', usage_hint: 'plan · status · start · schedule 22:30 · help' }];
const people = [
  { id: 'U1', name: 'maya', real_name: 'Maya Chen' },
  { id: 'U2', name: 'mo', real_name: 'Old Moe', deleted: true },
];
const known = { commands, people, channels: [{ name: 'deployments' }, { name: 'maya', with: 'U1' }], inThread: false };
const labels = (before: string, more: Partial<Known> = {}) => completions(before, { ...known, ...more }).map(({ label }) => label);

describe('what the composer offers', () => {
  it.each([
    ['plan · schedule 22:30 · help', ['plan', 'schedule 22:30', 'help']],
    ['[plan|status]', ['plan', 'status']],
    ['plan [target] | approve <digest>', ['plan [target]', 'approve <digest>']],
    ['your question', []],
    ['', []],
  ])('reads the verbs of the usage hint %j', (hint, verbs) => {
    expect(verbsIn(hint).map(({ verb, argument }) => [verb, argument].filter(Boolean).join(' '))).toEqual(verbs);
  });

  it.each([
    ['/', ['/migrate']],
    ['/mig', ['/migrate']],
    ['/other', []],
    ['/migrate ', ['/migrate plan', '/migrate status', '/migrate start', '/migrate schedule', '/migrate help']],
    ['/migrate s', ['/migrate status', '/migrate start', '/migrate schedule']],
    ['/migrate plan ', []],
    ['ask @ma', ['Maya Chen']],
    ['ask @ch', ['Maya Chen']],
    ['ask @mo', []],
    ['see #', ['#deployments']],
    ['mail@ma', []],
  ])('offers for %j: %j', (before, offered) => {
    expect(labels(before)).toEqual(offered);
  });

  it('offers no commands in a thread, where Slack has none, but people', () => {
    expect(labels('/mig', { inThread: true })).toEqual([]);
    expect(labels('@maya', { inThread: true })).toEqual(['Maya Chen']);
  });

  it('replaces only the word that was begun', () => {
    const [schedule] = completions('/migrate sch', known);
    expect([schedule?.from, schedule?.text]).toEqual([9, 'schedule ']);
    const [maya] = completions('thanks @may', known);
    expect([maya?.from, maya?.text]).toEqual([7, '@maya ']);
  });

  it('shows the usage of what is being typed', () => {
    expect(usageOf('/migrate ', commands)).toBe('/migrate plan · status · start · schedule 22:30 · help');
    expect(usageOf('/migrate schedule 2', commands)).toBe('/migrate schedule 22:30');
    expect(usageOf('hello', commands)).toBe('');
  });
});

describe('mrkdwn', () => {
  it.each<[string, unknown[]]>([
    ['plain &lt;b&gt; &amp;amp;', ['plain <b> &amp;']],
    [
      '*bold* _it_ ~no~ `a*b`',
      [
        { kind: 'bold', content: ['bold'] },
        ' ',
        { kind: 'italic', content: ['it'] },
        ' ',
        { kind: 'strike', content: ['no'] },
        ' ',
        { kind: 'code', text: 'a*b' },
      ],
    ],
    ['2*3*4 snake_case_name', ['2*3*4 snake_case_name']],
    ['<@U1> in <#C1|ops>', [{ kind: 'mention', user: 'U1' }, ' in ', { kind: 'channel', id: 'C1', label: 'ops' }]],
    ['<!here> <!subteam^S1|@dba>', [{ kind: 'broadcast', text: '@here' }, ' ', { kind: 'broadcast', text: '@dba' }]],
    ['<https://a.b/?x=1&amp;y=2|see>', [{ kind: 'link', url: 'https://a.b/?x=1&y=2', text: 'see' }]],
    ['see https://a.b/c.', ['see ', { kind: 'link', url: 'https://a.b/c', text: 'https://a.b/c' }, '.']],
    ['<javascript:alert(1)|x>', ['<javascript:alert(1)|x>']],
    ['&gt; quoted\nafter', [{ kind: 'quote', lines: [['quoted']] }, 'after']],
    ['```\n<b>\n```', [{ kind: 'pre', text: '<b>' }]],
    ['<!date^1795550400^{time}|later>', [{ kind: 'date', seconds: 1795550400, pattern: '{time}', url: undefined, fallback: 'later' }]],
    ['<!date^soon^{time}|later>', ['later']],
  ])('reads %j', (text, pieces) => {
    expect(parse(text)).toEqual(pieces);
  });
});

describe('time', () => {
  afterEach(() => {
    state.clock = null;
  });

  it('says today, yesterday and how long ago by the clock of the program', () => {
    state.clock = { now: '2026-11-24T20:00:00Z', at: performance.now() };
    const at = Date.parse('2026-11-24T19:00:00Z') / 1000;
    expect(formatDate(at, '{date_short_pretty}|{ago}')).toBe('today|1 hour ago');
    expect(formatDate(at - 86_400, '{date_pretty}')).toBe('yesterday');
    expect(formatDate(at, '{unknown} {constructor}')).toBe('{unknown} {constructor}');
  });

  it('never says that a reply comes in the future, though the clock was moved back', () => {
    state.clock = { now: '2026-11-24T20:00:00Z', at: performance.now() };
    const at = Date.parse('2026-11-24T20:00:00Z') / 1000;
    expect([since(at + 30), since(at + 3_600), since(at - 3_600)]).toEqual(['a few seconds ago', 'a few seconds ago', '1 hour ago']);
  });

  it.each([
    ['08:50', '2026-11-24T06:00:00Z', '2026-11-24T07:50:00.000Z'],
    ['08:50', '2026-11-24T08:00:00Z', '2026-11-25T07:50:00.000Z'],
    ['18:00', '2026-07-01T06:00:00Z', '2026-07-01T16:00:00.000Z'],
  ])('finds the next %s in Berlin after %s', (time, from, moment) => {
    expect(nextAt(time, 'Europe/Berlin', Date.parse(from))).toBe(moment);
  });
});

describe('what is typed into a view', () => {
  it.each([
    ['why', 'text'],
    ['the reason', 'of a person'],
    ['a', 'b c'],
    ['a b', 'c'],
    ['__proto__', 'constructor'],
    ['"]', ', "'],
  ])('is kept for block %j and action %j, whatever their letters', (block_id, action_id) => {
    const part = { action_id };
    const block = { block_id, element: part };
    const view = { id: `V ${block_id}`, blocks: [block] };
    typedIn(view).type(block, part, 'typed');
    expect(typedIn(view).value(block, part)).toBe('typed');
    const place = (value: string) => `{${JSON.stringify(block_id)}:{${JSON.stringify(action_id)}:${JSON.stringify(value)}}}`;
    expect(JSON.stringify(valuesOf(view))).toBe(place('typed'));
  });
});

describe('a chart', () => {
  const box = { width: 100, height: 10, slots: 3 };

  it('leaves a gap where nothing was measured: silence is not calm', () => {
    expect(shape([1, undefined, 2], { ...box, least: 2 }).line).toBe('M0.0 5.0M100.0 0.0');
  });

  it('makes room for the limit and says where it lies', () => {
    const { most, limitY, highest } = shape([48], { ...box, limit: 500 });
    expect({ most, limitY, highest }).toEqual({ most: 500, limitY: 0, highest: 48 });
    expect(shape([900], { ...box, limit: 500 }).most).toBe(1000);
  });

  it('draws nothing of nothing', () => {
    expect(shape([], box)).toMatchObject({ line: '', area: '', highest: undefined });
  });
});
