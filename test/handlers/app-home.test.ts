import { describe, expect, it } from 'vitest';
import { homeView } from '../../handlers/home-view.ts';
import { home } from '../../src/slack/render/home.ts';
import { evening, storyTo, type Scene as Story } from '../support/runs.ts';
import { aHome } from '../slack/a-home.ts';
import { buttonsOf, viewOf, wordsOf } from '../slack/scenes.ts';
import { aScene } from './a-visit.ts';

const health = () => ({ connections: 2, trouble: null, version: '1.0.0' });

async function opened(story: Story, name: 'nora' | 'sam' | 'guest') {
  const { run, now } = storyTo(story);
  const { tools, click } = aScene([run]);
  tools.ledger.set(now);
  await tools.ledger.save({ runId: run.id, key: 'card', channel: 'C0D', ts: '1795.000100', hash: '', postedAt: now });
  return homeView({ services: tools.services, address: tools.address, health }, click(name, run, { action: 'cancel' }).user.id);
}

describe('R12 the Home tab', () => {
  it('has its five parts in order, in at most sixty blocks, however many runs are open', () => {
    const many = Array.from({ length: 30 }, () => viewOf('migrating').run);
    const waiting = many.map((run) => ({ run, what: 'approve or reject the plan' }));
    const targets = Array.from({ length: 90 }, () => aHome().targets).flat();
    const view = home(aHome({ active: many, waiting, recent: many, targets }));
    const headers = view.blocks.flatMap((block) => ('text' in block && block.type === 'header' ? [wordsOf({ blocks: [block] })] : []));
    expect(headers).toEqual(['Now', 'Waiting for you', 'Next windows', 'Last ten runs', 'Health']);
    expect(view.blocks.length).toBeLessThanOrEqual(60);
    expect(wordsOf(view)).toContain('and 20 more: offpeak status');
  });

  it('shows what runs with its way back and the way to its card', async () => {
    const view = await opened('migrating', 'nora');
    expect(wordsOf(view)).toContain('⚙️ Migrating · #42');
    expect(wordsOf(view)).toContain('<https://acme.slack.test/archives/C0D/p1795000100|card>');
    expect(buttonsOf(view).map((button) => button.action_id)).toEqual(['roll_back']);
  });

  it.each<[Story, 'nora' | 'sam' | 'guest', string]>([
    ['checklist_proved', 'sam', 'approve or reject the plan'],
    ['checklist_proved', 'nora', 'confirm "Staging looked at"'],
    ['approved', 'nora', 'start it, or schedule it'],
    ['holding', 'nora', 'it holds: resume or roll back'],
    ['checklist_proved', 'guest', 'Nothing.'],
  ])('in %s tells %s what waits: %s', async (story, name, line) => {
    expect(wordsOf(await opened(story, name))).toContain(line);
  });

  it('says when forward work is allowed, and what is scheduled', async () => {
    const words = wordsOf(await opened('scheduled', 'nora'));
    expect(words).toMatch(/\*acme\* open now · never 09:00–18:00 Europe\/Berlin · #42 begins <!date\^\d+/);
    expect(wordsOf(home(aHome({ now: '2026-11-24T10:00:00.000Z' })))).toContain(`opens <!date^${Date.parse(evening('17:00')) / 1000}^`);
  });

  it('lists what was, with whether the database was touched', async () => {
    expect(wordsOf(await opened('rejected', 'nora'))).toMatch(/🚫 Cancelled · #42 .* · database not touched/);
  });

  it('says how each part of Offpeak is, in words', async () => {
    const words = wordsOf(await opened('migrating', 'nora'));
    expect(words).toMatch(
      /✅ \*Slack\* connected \(2 connections\)\n✅ \*Ledger\* answers\n✅ \*Worker\* alive\n✅ \*Backup of acme\* `acme-/s,
    );
    const { health: well } = aHome();
    const bad = home(aHome({ health: { ...well, connections: 0, workerLate: true, trouble: 'token_revoked' } }));
    expect(wordsOf(bad)).toMatch(/takes no messages: `token_revoked`.*no news since <!date/s);
    expect(wordsOf(home(aHome({ health: { ...well, connections: 0, workerSeen: null } })))).toMatch(
      /no connection.*none has ever reported/s,
    );
  });

  it('says so when the ledger is down, instead of something old', async () => {
    const { tools } = aScene([]);
    tools.ledger.break(new Error('connect postgres://offpeak:hunter2@db'));
    const view = await homeView({ services: tools.services, address: tools.address, health }, 'U0NORA');
    expect(wordsOf(view)).toMatch(/The ledger does not answer.*Nothing was changed.*offpeak doctor/s);
    expect(JSON.stringify(view)).not.toContain('hunter2');
  });
});
