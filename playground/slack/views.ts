import { app, freshId, secret, team } from './identifiers.ts';
import { flagOf, isObject, listOf, objectOf, textOf } from './json.ts';
import type { Json } from './json.ts';
import type { Live } from './live.ts';
import type { Block } from './messages.ts';
import { openRenderings } from './renderings.ts';
import { withBlockIds } from './block-kit/block-ids.ts';
import { withCurrentConversation } from './block-kit/current-conversation.ts';
import { stateOf } from './block-kit/state.ts';
import type { StateValues } from './block-kit/state.ts';

/** A modal or a Home tab, in the shape Slack sends to the program (ViewOutput of @slack/bolt). */
export type View = {
  readonly id: string;
  readonly team_id: string;
  readonly app_id: string;
  readonly app_installed_team_id: string;
  readonly bot_id: string;
  readonly type: 'modal' | 'home';
  readonly callback_id: string;
  readonly external_id: string;
  readonly title: { readonly type: 'plain_text'; readonly text: string };
  readonly submit: { readonly type: 'plain_text'; readonly text: string } | null;
  readonly close: { readonly type: 'plain_text'; readonly text: string } | null;
  readonly blocks: Block[];
  readonly private_metadata: string;
  readonly state: { readonly values: StateValues };
  readonly hash: string;
  readonly clear_on_close: boolean;
  readonly notify_on_close: boolean;
  readonly root_view_id: string | null;
  readonly previous_view_id: string | null;
};

export type Views = {
  /** The modals a person has open, the one on top last. */
  stack(user: string): readonly View[];
  home(user: string): View | undefined;
  find(idOrExternalId: string): { readonly view: View; readonly user: string } | undefined;
  /** Replaces whatever the person had open. `from` is the conversation they were in, if any. */
  open(user: string, given: Json, from?: string): View;
  /** On top of the open ones; undefined when the stack of three is full. */
  push(user: string, given: Json, from?: string): View | undefined;
  publish(user: string, given: Json): View;
  /** New content under the same id; inputs that keep block_id and action_id keep what was typed. */
  update(user: string, view: View, given: Json): View;
  /** Remembers what the person typed, without telling the page that typed it. */
  remember(user: string, view: View, values: StateValues): View;
  /** What could be clicked in it: as it stands now, then as it stood before its last edits. */
  renderings(view: View): readonly (readonly Block[])[];
  /** Takes the top view away, or all of them. */
  close(user: string, everything: boolean): void;
};

const stackLimit = 3;

export function openViews(live: Live): Views {
  const stacks = new Map<string, readonly View[]>();
  const homes = new Map<string, View>();
  const shown = openRenderings();
  /** The conversation each view was opened from: an update of the view still knows it. */
  const origins = new Map<string, string>();

  function made(given: Json, place: Place): View {
    if (place.from !== undefined) origins.set(place.id, place.from);
    const view = viewFrom(given, { ...place, from: origins.get(place.id) });
    shown.note(view.id, view.blocks);
    return view;
  }

  const stack = (user: string): readonly View[] => stacks.get(user) ?? [];

  function show(user: string, views: readonly View[]): void {
    stacks.set(user, views);
    live.emit({ type: 'modal', user, stack: views });
  }

  function replace(user: string, view: View, next: View): View {
    if (next.type === 'home') homes.set(user, next);
    else
      stacks.set(
        user,
        stack(user).map((other) => (other.id === view.id ? next : other)),
      );
    return next;
  }

  const views: Views = {
    stack,
    home: (user) => homes.get(user),
    find(wanted) {
      if (wanted === '') return undefined;
      for (const [user, open] of [...stacks, ...[...homes].map(([owner, view]) => [owner, [view]] as const)]) {
        const view = open.find(({ id, external_id }) => id === wanted || external_id === wanted);
        if (view) return { view, user };
      }
      return undefined;
    },
    open(user, given, from) {
      const view = made(given, { id: freshId('V'), previous: null, root: null, from });
      show(user, [view]);
      return view;
    },
    push(user, given, from) {
      const under = stack(user);
      if (under.length >= stackLimit) return undefined;
      const origin = from ?? origins.get(under.at(-1)?.id ?? '');
      const view = made(given, { id: freshId('V'), previous: under.at(-1)?.id ?? null, root: under[0]?.id ?? null, from: origin });
      show(user, [...under, view]);
      return view;
    },
    publish(user, given) {
      const known = homes.get(user);
      const view = made(given, { id: known?.id ?? freshId('V'), previous: null, root: null, typed: known?.state.values ?? {} });
      homes.set(user, view);
      live.emit({ type: 'home', user, view });
      return view;
    },
    update(user, view, given) {
      const { id, previous_view_id: previous, root_view_id: root } = view;
      const next = replace(user, view, made(given, { id, previous, root, typed: view.state.values }));
      if (next.type === 'home') live.emit({ type: 'home', user, view: next });
      else live.emit({ type: 'modal', user, stack: stack(user) });
      return next;
    },
    remember: (user, view, values) => replace(user, view, { ...view, state: { values } }),
    renderings: (view) => [view.blocks, ...shown.of(view.id)],
    close(user, everything) {
      show(user, everything ? [] : stack(user).slice(0, -1));
    },
  };
  return views;
}

/** Where a view lies, what was typed in it before, and the conversation it was opened from. */
type Place = {
  readonly id: string;
  readonly previous: string | null;
  readonly root: string | null;
  readonly typed?: StateValues;
  readonly from?: string | undefined;
};

function viewFrom(given: Json, place: Place): View {
  const blocks = withCurrentConversation(withBlockIds(listOf(given['blocks'])), place.from);
  return {
    id: place.id,
    team_id: team.id,
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.botId,
    type: given['type'] === 'home' ? 'home' : 'modal',
    callback_id: textOf(given['callback_id']),
    external_id: textOf(given['external_id']),
    title: { type: 'plain_text', text: textOf(objectOf(given['title'])['text']) || 'View Title' },
    submit: label(given['submit']),
    close: label(given['close']),
    blocks,
    private_metadata: textOf(given['private_metadata']),
    state: { values: stateOf(blocks, place.typed ?? {}) },
    hash: `${Math.floor(performance.now())}.${secret().slice(0, 8)}`,
    clear_on_close: flagOf(given['clear_on_close']),
    notify_on_close: flagOf(given['notify_on_close']),
    root_view_id: place.root ?? place.id,
    previous_view_id: place.previous,
  };
}

function label(given: unknown): { readonly type: 'plain_text'; readonly text: string } | null {
  return isObject(given) ? { type: 'plain_text', text: textOf(given['text']) } : null;
}
