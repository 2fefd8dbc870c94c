import { describe, expect, it } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import { recoveryMoment } from '../../src/domain/point-in-time.ts';
import { messagesOf } from '../../src/slack/render/messages.ts';
import { restoreMessage, restoreModal } from '../../src/slack/render/restore.ts';
import { anOffer, PEOPLE, storyTo, type Scene } from '../support/runs.ts';
import { viewOf } from './scenes.ts';

/** The message of the request as this run has it at its last moment, whole. */
function shown(scene: Scene): string {
  const { run } = storyTo(scene);
  const restore = run.restore ?? run.undoneRestore ?? expect.unreachable('nobody asked');
  return JSON.stringify(restoreMessage(run, restore));
}

describe('F61 the request says in the end what became of it', () => {
  it('done: nobody is told that it is looked at, or to look', () => {
    expect(shown('restored_in_place')).toContain('*It was done;* the card says how.');
    expect(shown('restored_in_place')).not.toMatch(/every second|Nobody knows|give_up_restore|restore_was_done/);
  });

  it('given up: with the words of whoever looked, and nothing left to press', () => {
    const words = shown('rollback_failed_in_place_undone');
    expect(words).toMatch(/It was not done:\*.*@ana looked: Supabase did not take the database back/);
    expect(words).not.toMatch(/every second|Nobody knows|action_id/);
  });

  it('the message of before is the one that is drawn once more', () => {
    const stages = (scene: Scene) => {
      return messagesOf(viewOf(scene), PEOPLE).filter(({ key }) => key.startsWith('restore:'));
    };
    const [before] = stages('restoring_in_place_unsure');
    const [after] = stages('rollback_failed_in_place_undone');
    expect(after?.key).toBe(before?.key);
    expect(after?.stage).not.toBe(before?.stage);
    expect(stages('restored_in_place')[0]?.stage).not.toBe(stages('restoring_in_place_accepted')[0]?.stage);
  });
});

describe('R85 what cannot be called off is read before anybody agrees', () => {
  const { run, now } = storyTo('rollback_failed_in_place_asked');
  const long = (words: string) => words.repeat(80);
  const wordy = (from: Run): Run => {
    const restore = from.restore ?? expect.unreachable('nobody asked');
    const writes = { ...restore.offer.writes, most: [long('some_schema.some_table 1,400 '), 'events 116'] };
    return { ...from, restore: { ...restore, offer: { ...restore.offer, writes } } };
  };

  it('the dialog begins with it, however much is lost', () => {
    const long = wordy(run);
    const message = restoreMessage(long, long.restore ?? expect.unreachable('nobody asked'));
    const confirm = JSON.stringify(message.blocks).match(
      /"title":\{"type":"plain_text","text":"Take .*?"text":\{[^}]*?"text":"(.*?)"/,
    )?.[1];
    expect(confirm).toMatch(/It cannot be called off, nobody can reach the database meanwhile, and nothing keeps what is lost\./);
  });

  it('the window has the provider and the second person in sections of their own, so that no list above cuts them off', () => {
    const backup = run.backup ?? expect.unreachable('the run took a backup');
    const why = long('It cannot be restored. ');
    const offer = anOffer(now);
    const leftOut = [1, 2, 3].map(() => ({ backup: { ...backup, id: long('acme-') }, why }));
    const { blocks } = restoreModal(run, {
      beside: { choices: [{ backup, proved: true, own: true }], offer, leftOut },
      inPlace: { backup, offer, pointInTime: { provider: 'Supabase', to: recoveryMoment(backup) } },
    });
    const sections = blocks.flatMap((block) => ('text' in block && typeof block.text === 'object' ? [block.text.text] : []));
    expect(sections.find((text) => text.startsWith('*In place, by Supabase:*'))).toContain('it cannot be called off');
    expect(sections.at(-1)).toBe('Asking does nothing yet: a second person has to agree in the thread.');
  });

  it.each([
    [undefined, 'and what was written in every other database of the server, not counted'],
    [1, 'and what was written in 1 other database of the server, not counted'],
    [3, 'and what was written in 3 other databases of the server, not counted'],
    [0, null],
  ])('of %s other databases of the server', (otherDatabases, words) => {
    const restore = run.restore ?? expect.unreachable('nobody asked');
    const offer = { ...restore.offer, ...(otherDatabases === undefined ? {} : { otherDatabases }) };
    const text = JSON.stringify(restoreMessage(run, { ...restore, offer, at: plus(restore.at, 0) }));
    if (words === null) expect(text).not.toContain('not counted');
    else expect(text).toContain(words);
  });
});
