import { describe, expect, it } from 'vitest';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Happening } from '../../src/domain/events.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { alertMessage } from '../../src/slack/render/alert.ts';
import { messagesOf } from '../../src/slack/render/messages.ts';
import { aPlan, AFTER, by, evening, PEOPLE, storyTo, type Scene } from '../support/runs.ts';

const AUTO = aPlan({ timing: { ...aPlan().timing, autoRollbackMs: 60_000 } });
const AT = evening('19:00:50');

/** The messages of a scene after these happened, as words, by key. */
function words(
  scene: Scene,
  happened: readonly { readonly event: Happening; readonly by?: Actor }[],
  plan = AUTO,
): ReadonlyMap<string, string> {
  const { run, now } = storyTo(scene, { plan });
  const after = happened.reduce((so, { event, by: actor = OFFPEAK }) => evolve(so, { ...event, at: now, actor }), run);
  const view = { run: after, now, samples: [], progress: null, price: null };
  return new Map(messagesOf(view, PEOPLE).map((message) => [message.key, `${message.text}\n${JSON.stringify(message.blocks)}`]));
}

const alertOf = (happened: Parameters<typeof words>[1], plan = AUTO) => words('migrating_alert', happened, plan).get('alert:p95') ?? '';

describe('R73 an alert says what Offpeak will do and when', () => {
  it('counts down to the second, and names what voids it', () => {
    const text = alertOf([]);
    expect(text).toContain('Offpeak rolls back by itself at 19:01:50 UTC, unless you press Hold 5 min or Acknowledge.');
    for (const label of ['Roll back now', 'Hold 5 min', 'Acknowledge']) expect(text).toContain(label);
    expect(words('migrating_alert', []).get('card')).toContain('Rolls back by itself');
  });

  it('says that a person decides where the policy is off, where something would be lost, and where nobody can count it', () => {
    expect(alertOf([], aPlan())).toContain('You decide: Offpeak does not roll back for this by itself');
    const disarmed = (reason: 'lossy' | 'price_unknown') => alertOf([{ event: { type: 'rollback_disarmed', trigger: 'p95', reason } }]);
    expect(disarmed('lossy')).toContain('You decide: rolling back would lose something');
    expect(disarmed('price_unknown')).toContain('could not be counted');
  });

  it('says who took it upon themself, and asks nobody for it again', () => {
    const text = alertOf([
      { event: { type: 'alert_acknowledged', metric: 'p95' }, by: by('ana') },
      { event: { type: 'rollback_disarmed', trigger: 'p95', reason: 'acknowledged' }, by: by('ana') },
    ]);
    expect(text).toContain('@ana acknowledged it');
    expect(text).not.toContain('acknowledge_alert');
  });

  it('says until when nothing goes forward after Hold 5 min, and when it counts down again', () => {
    const text = alertOf([{ event: { type: 'respite_given', until: plus(AT, 300_000) }, by: by('sam') }]);
    expect(text).toContain('@sam pressed Hold 5 min: nothing goes forward before');
    expect(text).toContain('Offpeak rolls back by itself at 19:06:50 UTC');
  });

  it('asks to look closer, to consider or to roll back', () => {
    const { run } = storyTo('migrating_alert');
    const asked = (['watch', 'consider', 'roll_back'] as const).map((level) => {
      const alert = run.alerts.p95;
      return alert === undefined ? '' : alertMessage({ run }, { ...alert, level }).text;
    });
    expect(asked.map((text) => /(Look closer|Consider rolling back|The runbook says: roll back)/.exec(text)?.[1])).toEqual([
      'Look closer',
      'Consider rolling back',
      'The runbook says: roll back',
    ]);
  });
});

describe('R51 the alert of the error rate, and the report, say what is new in Sentry', () => {
  const raised: Happening = {
    type: 'alert_raised',
    alert: { metric: 'error_rate', level: 'roll_back', value: 0.02, limit: 0.01, baseline: 0, since: AT, raisedAt: AT, detail: '' },
  };
  const listed = (titles: readonly string[], more = false): Happening => ({
    type: 'issues_listed',
    issues: titles.map((title) => ({ title, events: 1204, link: 'https://acme.sentry.io/issues/1/' })),
    more,
  });
  const alert = (...happened: readonly Happening[]) =>
    words(
      'migrating',
      [raised, ...happened].map((event) => ({ event })),
    ).get('alert:error_rate') ?? '';
  const details = (...happened: readonly Happening[]) =>
    words(
      'completed',
      happened.map((event) => ({ event })),
    ).get('details') ?? '';

  it('with count and page, and as text that nothing can be hidden in', () => {
    const text = alert(listed(['<!channel> *see* `this` https://evil.example'], true));
    expect(text).toContain('New since the first write: more than 1 issue in Sentry.');
    expect(text).toContain('*New in Sentry from the first write to ');
    expect(text).toContain(
      '• `&lt;!channel&gt; *see* ˋthisˋ https://evil.example` · 1,204 events · <https://acme.sentry.io/issues/1/|open>',
    );
    expect(text).toContain('• and more');
    expect(details(listed(['UndefinedColumn']))).toContain('• `UndefinedColumn` · 1,204 events');
  });

  it('that there is none only where it was listed, and nothing where Sentry is not asked', () => {
    expect(alert(listed([]))).toContain('No new issue in Sentry from the first write to ');
    expect(details(listed([]))).toContain('No new issue in Sentry');
    expect(alert()).not.toContain('Sentry');
    expect(details()).not.toContain('Sentry');
  });

  it('why it could not be listed, never "none"', () => {
    const away: Happening = { type: 'issues_unlisted', why: 'Sentry answered 503.' };
    for (const text of [alert(away), details(away)]) {
      expect(text).toContain('New issues in Sentry could not be listed: Sentry answered 503.');
      expect(text).not.toContain('No new issue');
    }
    expect(alert(listed(['UndefinedColumn']), away)).toMatch(/UndefinedColumn.*What came later could not be listed: Sentry answered 503\./);
  });

  it('on no other alert', () => {
    const p95 = words('migrating_alert', [{ event: listed(['UndefinedColumn']) }]).get('alert:p95');
    expect(p95).not.toContain('UndefinedColumn');
  });

  it('whole in Slack, however long the titles', () => {
    const text = alert(
      listed(
        Array.from({ length: 5 }, () => '&'.repeat(120)),
        true,
      ),
    );
    expect(text).toMatch(/and \d more lines/);
  });
});

it('R73 the policy stands on the plan that is approved', () => {
  expect(words('checklist_ready', []).get('card')).toContain(
    'Offpeak takes it by itself 1 min after an alert that says so, when nothing is lost by it',
  );
  expect(words('checklist_ready', [], aPlan()).get('card')).not.toContain('by itself 1 min');
});

it('F49 a source that went dark is said once in the thread, with what follows', () => {
  const lost = { type: 'source_lost', source: 'The application', metrics: ['p95'], since: AT, detail: 'HTTP 503' } as const;
  const all = words('migrating', [{ event: lost }]);
  expect(all.get(`lost:The application:${AT}`)).toContain('The application cannot be read');
  expect(all.get(`lost:The application:${AT}`)).toContain('after 3 min the run holds and asks');
  expect(all.get('card')).toContain('cannot be read');
});

it('R80 a rollback is followed by "Recovered", or by what is not', () => {
  const recovered = words('rolled_back', [{ event: { type: 'recovered', after: AFTER } }]).get('recovery');
  expect(recovered).toContain('Every signal has been well for 5 min. Nothing to do.');
  const missed = words('rolled_back', [{ event: { type: 'recovery_missed', detail: 'The p95 is not well.' } }]).get('recovery');
  expect(missed).toContain('Not recovered');
});

it('a rollback by policy is not said to be anybody’s click', () => {
  const all = words('migrating_alert', [{ event: { type: 'rollback_requested' } }]);
  expect([...all.values()].join('\n')).not.toContain('@Offpeak pressed');
  expect(all.get('card')).toContain('Offpeak began the rollback by its policy');
});
