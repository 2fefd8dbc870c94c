import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adoptHistory } from '../../src/target/history.ts';
import { by, sha256 } from '../support/plans.ts';
import { startSite, type Site } from '../support/site.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { plan } from '../../src/usecases/plan.ts';
import { offpeak } from './command-line.ts';
import { refusedPlan } from './refusal.ts';

let site: Site;
beforeEach(async () => {
  site = await startSite({ files: FILES, schema: SCHEMA });
});
afterEach(() => site.stop());

const write = (name: string, text: string) => writeFile(join(site.migrations, name), text);
const history = (...rows: readonly { version: string; upSha256: string }[]) =>
  adoptHistory(
    site.target.url,
    rows.map((row) => ({ ...row, name: 'adopted', runId: 'by hand' })),
  );

describe('files that cannot be planned are refused at plan, and nothing is written anywhere', () => {
  it('one that does not parse: file, line and caret, in the use case and at the terminal', async () => {
    await write('0002_lead_index.up.sql', 'SELECT 1;\nCREATE INDEX leads_email_idx\n  ONN leads (email);\n');
    const { code, sentence } = await refusedPlan(site);
    expect(code).toBe('migrations_unreadable');
    expect(sentence).toContain('0002_lead_index.up.sql line 3: syntax error at or near "ONN"');
    expect(sentence).toContain('  3 |   ONN leads (email);\n    |   ^');
    expect(sentence).toContain('The database was not touched. Mend the file and plan again.');

    const ended = await offpeak(site, 'plan');
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toBe(`Refused: ${sentence}\n`);
    expect((await refusedPlan(site)).code).toBe('migrations_unreadable');
  });

  it('several mistakes are told together', async () => {
    await write('0001_effects.down.sql', 'DROP TABEL effects;\n');
    await write('0003_touch.up.sql', '\\copy leads from stdin\n');
    await write('notes.sql', 'SELECT 1;\n');
    const { sentence } = await refusedPlan(site);
    expect(sentence).toContain('0001_effects.down.sql line 1: syntax error at or near "TABEL"');
    expect(sentence).toContain('0003_touch.up.sql line 1: a psql command');
    expect(sentence).toContain('notes.sql: cannot tell what this file is');
  });

  it.each([
    ['missing', null],
    ['empty', '-- nothing yet\n'],
  ])('R45 a down that is %s: names the file to write', async (_how, text) => {
    if (text === null) await rm(join(site.migrations, '0002_lead_index.down.sql'));
    else await write('0002_lead_index.down.sql', text);
    const { code, sentence } = await refusedPlan(site);
    expect(code).toBe('migrations_unreadable');
    expect(sentence).toBe(
      '0002_lead_index has no way back: 0002_lead_index.down.sql is missing or has no statement. ' +
        'Write the statements that undo it, then plan again. The database was not touched.',
    );
    expect(await offpeak(site, 'plan')).toMatchObject({ code: 2, err: `Refused: ${sentence}\n` });
  });
});

describe('files against what is applied', () => {
  it('an applied file that was edited: names it and says to put it back', async () => {
    await history({ version: '0001', upSha256: sha256('CREATE TABLE effects ();') });
    const outcome = await plan(site.services, { target: 'production', actor: by('nora') });
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'migrations_unreadable' } });
    const ended = await offpeak(site, 'plan');
    expect(ended.code).toBe(2);
    expect(ended.err).toBe(
      'Refused: 0001_effects.up.sql was edited after it was applied. Put the applied text back and write a new migration for the change. ' +
        'The database was not touched.\n',
    );
    expect(await site.services.ledger.list({ limit: 1 })).toEqual([]);
  });

  it('an edited applied file is told even when nothing is pending', async () => {
    await history(
      { version: '0001', upSha256: sha256('CREATE TABLE effects ();') },
      { version: '0002', upSha256: '' },
      { version: '0003', upSha256: '' },
    );
    const ended = await offpeak(site, 'plan');
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('0001_effects.up.sql was edited after it was applied.');
  });

  it('nothing pending: says so, for people and with the exit code of a refusal', async () => {
    await history({ version: '0001', upSha256: '' }, { version: '0002', upSha256: '' }, { version: '0003', upSha256: '' });
    const ended = await offpeak(site, 'plan');
    expect(ended).toEqual({
      code: 2,
      out: '',
      err: 'Refused: Nothing is pending for production: every migration file is applied. Nothing was changed. Add a migration file, then plan again.\n',
    });
    expect((await offpeak(site, 'migrate --dry-run')).code).toBe(2);
    expect(await site.services.ledger.list({ limit: 1 })).toEqual([]);
  });

  it('a directory that is not there: names it', async () => {
    await rm(site.migrations, { recursive: true });
    const { code, sentence } = await refusedPlan(site);
    expect(code).toBe('migrations_unreadable');
    expect(sentence).toContain(`${site.migrations}: the migrations cannot be read: ENOENT`);
  });
});
