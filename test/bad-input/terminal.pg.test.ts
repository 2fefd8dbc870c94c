import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSite, type Site } from '../support/site.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { changedFile } from './otherwise.ts';
import { offpeak } from './command-line.ts';
import { expectNothingRecorded } from './refusal.ts';

const TRACE = /\n\s+at |node:internal|Error:/;

let site: Site;
beforeAll(async () => {
  site = await startSite({ files: FILES, schema: SCHEMA });
});
afterAll(() => site.stop());

/** The one JSON document of a command; a second one, or a stray line, would not parse. */
function json(ended: { readonly out: string; readonly err: string }): unknown {
  expect(ended.err).toBe('');
  return JSON.parse(ended.out) as unknown;
}

describe('the program as a process: what was written wrong', () => {
  it.each([
    ['an unknown verb', 'mirgate', 3, /unknown command 'mirgate'[^]*--help/],
    ['an unknown option', 'status --jsn', 3, /unknown option '--jsn'/],
    ['an unknown target', 'status --target prod', 3, /^There is no target "prod"\. Configured: production\.\n$/],
    [
      'an unknown person',
      'plan --as nobody',
      2,
      /^Refused: Nobody in the configuration is "nobody"\. Set OFFPEAK_USER or --as to one of: nora \(U0NORA\)/,
    ],
    ['an unknown Slack user id', 'plan --as U0STRANGER', 2, /^Refused: Nobody in the configuration is "U0STRANGER"\./],
    ['a start of nothing', 'migrate', 2, /^Refused: There is no open run for production\. Make a plan first\./],
    ['a limit that is no number', 'history --limit all', 3, /^--limit all: write a number/],
    ['a rollback of nothing', 'rollback', 2, /^Refused: There is no open run/],
  ])('%s', async (_what, line, code, words) => {
    const ended = await offpeak(site, line);
    expect(ended).toMatchObject({ code, out: '' });
    expect(ended.err).toMatch(words);
    expect(ended.err).not.toMatch(TRACE);
    await expectNothingRecorded(site);
  });

  it('nobody said who works here: says what to set, and for whom', async () => {
    const ended = await offpeak(site, 'plan', { OFFPEAK_USER: '' });
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/^Refused: Say who you are: set OFFPEAK_USER or write --as\. Configured: nora \(U0NORA\), sam/);
  });

  it('an unknown key in offpeak.yaml: file, line, column and the key that was meant; every mistake together', async () => {
    const file = await changedFile(site, { yaml: (text) => `${text.replace('observe:', 'obsreve:')}approvals: { quorum: two }\n` });
    for (const verb of ['status', 'plan', 'worker']) {
      const ended = await offpeak(site, verb, { OFFPEAK_CONFIG: file });
      expect(ended).toMatchObject({ code: 3, out: '' });
      expect(ended.err).toMatch(/offpeak-\d+\.yaml:\d+:5 targets\.production\.obsreve: is no setting\. Did you mean "observe"\?/);
      expect(ended.err).toMatch(/offpeak-\d+\.yaml:\d+:14 approvals\.quorum: "two" is no whole number/);
      expect(ended.err).not.toMatch(TRACE);
    }
  });

  it('a configuration that is not there: says how to make one', async () => {
    const ended = await offpeak(site, 'status', { OFFPEAK_CONFIG: 'elsewhere.yaml' });
    expect(ended.code).toBe(3);
    expect(ended.err).toMatch(/is not there\. Copy offpeak\.example\.yaml/);
  });
});

describe('the program as a process: the ledger is down', () => {
  it.each(['status --json', 'plan', 'rollback --force', 'audit verify --json'])(
    '%s fails with a sentence and without a stack trace',
    async (line) => {
      const ended = await offpeak(site, line, { LEDGER_URL: 'postgresql://me:hunter2@127.0.0.1:9/ledger' });
      expect(ended).toEqual({
        code: 1,
        out: '',
        err: 'The ledger cannot be reached: nothing accepts connections at its address. Nothing was changed.\n',
      });
    },
  );

  it('doctor names it, looks at everything else all the same, and prints one JSON document', async () => {
    const ended = await offpeak(site, 'doctor --json', { LEDGER_URL: 'postgresql://me:hunter2@127.0.0.1:9/ledger' });
    expect(ended.code).toBe(1);
    const parts = json(ended) as readonly { name: string; ok: unknown; fix?: string }[];
    expect(parts.find((part) => part.name === 'Ledger')).toMatchObject({
      ok: false,
      fix: expect.stringContaining('Check LEDGER_DATABASE_URL') as string,
    });
    expect(parts.find((part) => part.name === 'Target production')).toMatchObject({ ok: true });
    expect(parts.find((part) => part.name === 'Backups production')).toMatchObject({ ok: true });
    expect(ended.out).not.toContain('hunter2');
  });
});

describe('the program as a process: what it reads and takes', () => {
  it.each([
    ['status --json', 0, { target: 'production', pending: ['0001_effects', '0002_lead_index', '0003_touch'], problem: null }],
    ['migrate --dry-run --json', 0, { rehearsal: null }],
    ['validate --json', 0, { failures: [], files: 0 }],
    ['history --json', 0, []],
    ['doctor --only Target --json', 0, [{ name: 'Target production', ok: true }]],
    ['audit verify --json', 0, { ok: true, events: 0 }],
    ['db check-long-queries --json', 0, { findings: [{ item: 'long_queries', verdict: 'pass' }] }],
    ['db replication-lag --json', 0, { findings: [{ item: 'replication_lag', verdict: 'pass' }] }],
  ])('%s is one JSON document', async (line, code, document) => {
    const ended = await offpeak(site, line);
    expect(json(ended)).toMatchObject(document);
    expect(ended.code).toBe(code);
  });

  it.each(['check', 'db health-checks'])('%s --json fails exactly when a line does not pass', async (line) => {
    const ended = await offpeak(site, `${line} --json`);
    const read = json(ended) as { findings: { verdict: string }[] } | { verdict: string }[];
    const findings = Array.isArray(read) ? read : read.findings;
    expect(findings.length).toBeGreaterThan(0);
    expect(ended.code).toBe(findings.every(({ verdict }) => verdict === 'pass') ? 0 : 1);
  });

  it('check fails when the application is ill, and says which line', async () => {
    site.answers.status = 503;
    const ended = await offpeak(site, 'check');
    site.answers.status = 200;
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/FAILS\s+Application health\s+503/);
  });

  it('backup takes one, says where it lies, and that it proves nothing', async () => {
    const ended = await offpeak(site, 'backup');
    expect(ended).toMatchObject({ code: 0, err: '' });
    const file = /^File\s+(.+)$/m.exec(ended.out)?.[1] ?? '';
    const size = (await stat(file)).size;
    expect(size).toBeGreaterThan(1_000);
    expect(ended.out).toMatch(/^SHA-256\s+[0-9a-f]{64}$/m);
    expect(ended.out).toContain('It is not proved: only a restore proves a backup');
    await expectNothingRecorded(site);
  });

  it('plan --json is the run; a second one is refused with its number; the dry runs show it and run nothing', async () => {
    const run = json(await offpeak(site, 'plan --json')) as { number: number; state: string };
    expect(run.state).toBe('planned');
    const second = await offpeak(site, 'plan --json');
    expect(second).toEqual({
      code: 2,
      out: '',
      err: `Refused: Run #${run.number} of production is planned. One run at a time: finish or cancel it first. Nothing was changed.\n`,
    });
    expect(json(await offpeak(site, 'rollback --dry-run --json'))).toMatchObject({ run: run.number, touched: false });
    const unsure = await offpeak(site, 'rollback');
    expect(unsure).toMatchObject({ code: 3, out: '' });
    expect(unsure.err).toContain('offpeak rollback --force');
    expect(await offpeak(site, 'migrate')).toMatchObject({ code: 2, out: '' });
    expect((await offpeak(site, 'cancel --as kim')).err).toMatch(/^Refused: You may not do this\. It may be done by/);
    expect(await offpeak(site, 'cancel')).toMatchObject({ code: 0, err: '' });
  });
});
