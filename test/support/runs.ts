import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { begin, evolve } from '../../src/domain/evolve.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Actor, Person } from '../../src/domain/people.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Run } from '../../src/domain/run.ts';
import { aPlan, by, evening, PEOPLE, plannedDigest, sha256 } from './plans.ts';
import { SCENES, type Scene } from './scenes.ts';
import type { Tale } from './telling.ts';

export * from './plans.ts';
export { VARIANTS, type Scene } from './scenes.ts';

/** One command of a story, with its moment and who gave it. */
export type Turn = { readonly at: Instant; readonly actor: Actor; readonly command: Command };

/** How a run came to a scene: enough to play it again on a real ledger. */
export type Story = {
  readonly run: Run;
  readonly events: readonly RunEvent[];
  /** The first event has no command: who planned what, when. */
  readonly planned: { readonly at: Instant; readonly actor: Actor; readonly plan: Plan; readonly digest: string };
  readonly turns: readonly Turn[];
  /** The moment of the last turn. */
  readonly now: Instant;
};

export type StoryOptions = {
  readonly plan?: Plan;
  readonly id?: string;
  readonly number?: number;
  readonly people?: readonly Person[];
};

/** The run of a scene; every state of a run is one. Equal on every machine, at every time. */
export function aRunIn(scene: Scene, options: StoryOptions = {}): Run {
  return storyTo(scene, options).run;
}

/** A run with anything replaced, for what no story leads to. Its events would not fold to it. */
export function aRun(overrides: Partial<Run> = {}, scene: Scene = 'checklist_ready'): Run {
  return { ...aRunIn(scene), ...overrides };
}

/** Plays a scene and all that comes before it through decide and evolve. Throws when a command of it is refused. */
export function storyTo(scene: Scene, options: StoryOptions = {}): Story {
  const tale = begun(options);
  const play = (name: Scene) => {
    const { after, tell } = SCENES[name];
    if (after !== null) play(after);
    tell(tale);
  };
  play(scene);
  return { run: tale.run, events: tale.events, planned: tale.planned, turns: tale.turns, now: tale.turns.at(-1)?.at ?? tale.planned.at };
}

type Telling = {
  run: Run;
  readonly events: RunEvent[];
  readonly turns: Turn[];
  readonly planned: Story['planned'];
  readonly says: Tale['says'];
};

function begun({ plan = aPlan(), id = '00000000-0000-4000-8000-000000000042', number = 42, people = PEOPLE }: StoryOptions): Telling {
  const planned = { at: plan.plannedAt, actor: by('nora'), plan, digest: plannedDigest(plan) };
  const first: RunEvent = { ...planned, type: 'planned', target: plan.target };
  const says: Tale['says'] = (time, actor, command) => {
    const at = time.includes('T') ? time : evening(time);
    const decision = decide(tale.run, command, { now: at, actor, people, sha256 });
    if (!decision.ok) throw new Error(`${command.type} in ${tale.run.state} was refused: ${JSON.stringify(decision.refusal)}`);
    const events = decision.happenings.map((happening): RunEvent => ({ ...happening, at, actor }));
    tale.run = events.reduce(evolve, tale.run);
    tale.events.push(...events);
    tale.turns.push({ at, actor, command });
  };
  const tale: Telling = { run: begin({ id, number }, first), events: [first], turns: [], planned, says };
  return tale;
}
