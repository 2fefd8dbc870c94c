import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide, isHumanCommand } from '../../src/domain/decide.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { RUN_STATES, WORKING, type RunState } from '../../src/domain/run.ts';
import { everyCommand, shortlyAfter } from '../support/commands.ts';
import { by, PEOPLE, sha256, storyTo } from '../support/runs.ts';

/** Who gives a command in the table: the approvals come from an approver, people's commands from the operator, the rest from the program. */
function giver(command: Command): Actor {
  if (command.type === 'approve' || command.type === 'reject' || command.type === 'waive_item') return by('sam');
  if (command.type === 'approve_restore') return by('kim');
  if (command.type === 'acknowledge_item') return by('ana');
  return isHumanCommand(command) ? by('olga') : OFFPEAK;
}

function outcome(state: RunState, command: Command, now: string): string {
  const { run } = storyTo(state);
  const decision = decide(run, command, { now, actor: giver(command), people: PEOPLE, sha256 });
  return decision.ok ? decision.happenings.map((happening) => happening.type).join(' + ') : `refused: ${decision.refusal.code}`;
}

describe('every state × every command', () => {
  const table = Object.fromEntries(
    RUN_STATES.map((state) => {
      const story = storyTo(state);
      const now = shortlyAfter(story.now);
      return [state, Object.fromEntries(everyCommand(story.run, now).map((command) => [command.type, outcome(state, command, now)]))];
    }),
  );

  it('is the golden table', async () => {
    await expect(`${JSON.stringify(table, null, 2)}\n`).toMatchFileSnapshot('./golden/state-command-table.json');
  });

  it.each(WORKING)('offers rollback while %s (invariant 7)', (state) => {
    expect(table[state]?.['roll_back']).toBe('rollback_requested');
  });

  it.each(['completed', 'rolled_back', 'restored', 'cancelled', 'failed'] as const)('lets nothing more be written once %s', (state) => {
    const writes = ['begin_unit', 'begin_migrating', 'start', 'record_backup', 'record_undone', 'resume'];
    for (const write of writes) expect(table[state]?.[write]).toMatch(/^refused/);
  });
});
