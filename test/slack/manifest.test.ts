import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { CLICKS, COMMANDS, EVENTS, SUBMISSIONS } from '../../handlers/index.ts';
import { ACTIONS, CALLBACKS, MENU_ACTIONS, parseActionId, readReference } from '../../src/slack/actions.ts';
import { sqlModal } from '../../src/slack/render/sql-modal.ts';
import { aPlan } from '../support/runs.ts';
import { VIEWS } from './goldens.ts';
import { ALL_SCENES, buttonsOf, choicesOf, drawn, viewOf } from './scenes.ts';

type Manifest = {
  readonly display_information: { readonly name: string; readonly description: string };
  readonly features: {
    readonly app_home: { readonly home_tab_enabled: boolean };
    readonly bot_user: { readonly display_name: string };
    readonly slash_commands: readonly {
      readonly command: string;
      readonly description: string;
      readonly usage_hint: string;
      readonly should_escape: boolean;
    }[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: {
    readonly event_subscriptions: { readonly bot_events: readonly string[] };
    readonly interactivity: { readonly is_enabled: boolean };
    readonly socket_mode_enabled: boolean;
    readonly token_rotation_enabled: boolean;
  };
};

const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')) as Manifest;

describe('manifest.yml', () => {
  it('declares exactly the commands and events that somebody listens to', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(COMMANDS);
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(EVENTS);
  });

  it('turns on what the program relies on', () => {
    expect(manifest.settings).toMatchObject({
      socket_mode_enabled: true,
      token_rotation_enabled: false,
      interactivity: { is_enabled: true },
    });
    expect(manifest.features.app_home.home_tab_enabled).toBe(true);
  });

  it('asks for no more scopes than the methods that are called need', () => {
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([
      'channels:history',
      'channels:join',
      'channels:read',
      'chat:write',
      'commands',
      'files:write',
      'users:read',
    ]);
  });

  it("keeps Slack's limits for names and descriptions", () => {
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
    expect(manifest.features.bot_user.display_name.length).toBeLessThanOrEqual(80);
    for (const { command } of manifest.features.slash_commands) expect(command).toMatch(/^\/[a-z-]{1,31}$/);
  });
});

describe('buttons and windows', () => {
  it('that are drawn all have a listener, and every listener has a button somewhere', () => {
    const messages = ALL_SCENES.flatMap((scene) => [...drawn(viewOf(scene)).values()]);
    const plan = aPlan();
    const [first] = plan.migrations;
    const long = first === undefined ? [] : [{ ...first, up: { ...first.up, text: 'SELECT 1;\n'.repeat(2_000) } }];
    const pages = sqlModal(viewOf('planned', { plan: { ...plan, migrations: long } }).run, 2);
    const pressed = [...messages, pages].flatMap(buttonsOf).map(({ action_id }) => parseActionId(action_id)?.action);
    const chosen = messages.flatMap(choicesOf).map(({ value }) => readReference(value)?.extra);
    expect([...new Set([...pressed, ...chosen])].toSorted()).toEqual([...ACTIONS].toSorted());
    expect([...new Set(chosen)].toSorted()).toEqual([...MENU_ACTIONS].toSorted());
    expect(Object.keys(CLICKS).toSorted()).toEqual([...ACTIONS].toSorted());
  });

  it('that are submitted all have a listener', () => {
    const views = Object.values(VIEWS).map((view) => view());
    const callbacks = views.flatMap((view) => ('submit' in view && view.submit !== undefined ? [view.callback_id] : []));
    expect([...new Set(callbacks)].toSorted()).toEqual(Object.values(CALLBACKS).toSorted());
    expect(Object.keys(SUBMISSIONS).toSorted()).toEqual(Object.values(CALLBACKS).toSorted());
  });
});
