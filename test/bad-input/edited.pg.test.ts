import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { revisePlans } from '../../src/usecases/revise.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { calmSite, otherwise } from './otherwise.ts';

let site: Site;
let run: Run;
beforeEach(async () => {
  site = await calmSite({ files: FILES, schema: SCHEMA });
  run = await approvedRun(site);
});
afterEach(() => site.stop());

const write = (name: string, text: string) => writeFile(join(site.migrations, name), text);

/** What a look at the files makes of the approved run. */
async function looked(): Promise<Run> {
  const [revised, ...others] = await revisePlans(site.services);
  if (revised === undefined || others.length > 0)
    throw new Error(`Exactly one revised run was expected. ${site.lines.slice(-3).join('\n')}`);
  return revised;
}

async function expectStartRefused(code: string): Promise<void> {
  const start = await site.services.ledger.execute(run.id, { type: 'start' }, by('olga'));
  expect(start).toMatchObject({ ok: false, refusal: { code } });
}

it('an unchanged file voids nothing, however often somebody looks', async () => {
  await write('0001_effects.up.sql', FILES['0001_effects.up.sql']);
  expect([await revisePlans(site.services), await revisePlans(site.services)]).toEqual([[], []]);
  expect((await site.services.ledger.load(run.id))?.state).toBe('approved');
});

it.each([
  ['an up', '0002_lead_index.up.sql', 'CREATE INDEX CONCURRENTLY leads_email_idx ON leads (email, id);\n', /0002/],
  ['a down', '0003_touch.down.sql', 'UPDATE leads SET touched = 0;\n', /0003/],
  ['a validation', '0001_effects.validate.sql', 'SELECT 1 WHERE false;\n', /0001/],
  ['a comment', '0001_effects.up.sql', `-- harmless\n${FILES['0001_effects.up.sql']}`, /0001/],
])('%s that is edited after the approval voids the approvals, names the change and locks the start', async (_what, name, text, named) => {
  await write(name, text);
  const revised = await looked();
  expect(revised).toMatchObject({ state: 'checklist', approvals: [], rehearsal: null, problem: null });
  expect(revised.digest).not.toBe(run.digest);
  expect(revised.changes).toHaveLength(1);
  expect(revised.changes[0]).toMatch(named);
  expect(revised.evidence.rollback_proof).toBeUndefined();
  expect(revised.evidence.stakeholders).toMatchObject({ verdict: 'pass' });
  await expectStartRefused('items_open');
  const approval = await site.services.ledger.execute(run.id, { type: 'approve', digest: run.digest }, by('sam'));
  expect(approval.ok).toBe(false);
  expect(await revisePlans(site.services)).toEqual([]);
});

it('a file that no longer parses voids them too and says where; putting the text back makes a new plan of it', async () => {
  await write('0002_lead_index.up.sql', 'CREATE INDEX CONCURENTLY leads_email_idx ON leads (email);\n');
  const voided = await looked();
  expect(voided).toMatchObject({ state: 'checklist', approvals: [], rehearsal: null });
  expect(voided.problem).toContain('0002_lead_index.up.sql line 1: syntax error at or near');
  expect(voided.problem).toMatch(/\n {2}1 \| CREATE INDEX CONCURENTLY leads_email_idx.*\n {4}\| +\^/);
  await expectStartRefused('migrations_unreadable');
  expect(await revisePlans(site.services)).toEqual([]);

  await write('0002_lead_index.up.sql', FILES['0002_lead_index.up.sql']);
  const again = await looked();
  expect(again).toMatchObject({ state: 'checklist', approvals: [], problem: null });
  await expectStartRefused('items_open');
});

it('a migration that disappears, and one more that appears, are named', async () => {
  for (const part of ['up', 'down', 'validate']) await rm(join(site.migrations, `0003_touch.${part}.sql`));
  await write('0004_note.up.sql', 'ALTER TABLE leads ADD COLUMN note text;\n');
  await write('0004_note.down.sql', 'ALTER TABLE leads DROP COLUMN note;\n');
  const revised = await looked();
  expect(revised.changes.join('\n')).toMatch(/0003[^]*0004|0004[^]*0003/);
  expect(revised.plan.migrations.map(({ version }) => version)).toEqual(['0001', '0002', '0004']);
});

it('all files gone: the approvals are void, and the problem says that nothing is left', async () => {
  for (const name of Object.keys(FILES)) await rm(join(site.migrations, name));
  const voided = await looked();
  expect(voided).toMatchObject({ state: 'checklist', approvals: [] });
  expect(voided.problem).toContain('Nothing is pending');
  await expectStartRefused('migrations_unreadable');
});

it('a schema that somebody changed by hand voids them and says so', async () => {
  await sql(site.target.url, 'ALTER TABLE leads ADD COLUMN by_hand text');
  expect((await looked()).changes).toEqual(['The live schema changed.']);
});

it('a target that cannot be reached changes nothing: the approvals stay and the look is taken again', async () => {
  const blind = await otherwise(site, { env: { TARGET_URL: 'postgresql://me:hunter2@127.0.0.1:9/acme' } });
  expect(await revisePlans(blind.services)).toEqual([]);
  expect(blind.lines.join('\n')).toContain('Nothing answers at 127.0.0.1:9/acme');
  expect(blind.lines.join('\n')).not.toContain('hunter2');
  expect(await site.services.ledger.load(run.id)).toMatchObject({ state: 'approved', digest: run.digest });
});
