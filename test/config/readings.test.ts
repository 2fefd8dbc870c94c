import { inspect } from 'node:util';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENV, LEAST, load, mistakes } from './workplace.ts';

const HIDDEN = { ...ENV, TOKEN: 'a-token-of-theirs' };
const SENTRY = "{ sentry: { organization: acme, project: web, token: '${TOKEN}' } }";

/** The least with these lines below the target. */
function withLines(...lines: readonly string[]): string {
  return `${LEAST}${lines.map((line) => `    ${line}\n`).join('')}`;
}

function found(...lines: readonly string[]): readonly string[] {
  return mistakes(withLines(...lines), HIDDEN).map((mistake) => mistake.replace('targets.production.', ''));
}

function targetOf(...lines: readonly string[]) {
  const result = load(withLines(...lines), HIDDEN);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  const target = result.secrets.targets.get('production');
  if (target === undefined) throw new Error('no production');
  return { result, target };
}

describe('readings', () => {
  it('none is needed', () => {
    expect(targetOf().target).toMatchObject({ readings: {}, hooks: [] });
  });

  it('take one source each, with its defaults', () => {
    const { target } = targetOf(
      'readings:',
      `  error_rate: ${SENTRY}`,
      "  p95: { prometheus: 'http://prom:9090', query: 'slow', unit: s }",
      "  cpu: { json: 'https://host/x', at: /cpu, max_age: 2m }",
    );
    expect(target.readings).toMatchObject({
      error_rate: { sentry: { organization: 'acme', url: 'https://sentry.io', window: 300_000 } },
      p95: { prometheus: 'http://prom:9090', max_age: 60_000, unit: 's' },
      cpu: { at: '/cpu', max_age: 120_000 },
    });
  });

  it('show neither token, nor the query of an address, nor what a hook is given', () => {
    const { result } = targetOf(
      'readings:',
      `  error_rate: ${SENTRY}`,
      "  cpu: { json: 'https://host/x?key=${TOKEN}', at: /cpu }",
      "  active_users: { analytics: { database: 'postgresql://reader:${TOKEN}@db/events', query: select 1 } }",
      'hooks:',
      "  - { name: smoke, command: ['true'], env: { KEY: '${TOKEN}' } }",
    );
    const printed = [inspect(result, { showHidden: true, depth: 99 }), JSON.stringify([...result.secrets.targets])].join();
    expect(printed).not.toContain(HIDDEN.TOKEN);
  });

  it('R68 user activity comes from Prometheus alone, and its band is in no digest without it', () => {
    const activity = "  user_activity: { prometheus: 'http://prom:9090', query: 'sum(users)' }";
    const thresholds = (...lines: readonly string[]) => targetOf(...lines).result.config.targets.get('production')?.thresholds;
    expect(thresholds('readings:', activity)).toMatchObject({ activityBand: 0.5, statementMeanMs: 1_000 });
    expect(thresholds('readings:', activity, 'limits: { activity_band: 20%, statement_mean: 250ms }')).toMatchObject({
      activityBand: 0.2,
      statementMeanMs: 250,
    });
    expect(thresholds()).not.toHaveProperty('activityBand');
    expect(found('readings:', "  user_activity: { json: 'https://host/x', at: /n }")).toEqual([
      '16:7 readings.user_activity: must name one source: prometheus.',
    ]);
  });

  it('report every mistake together, each at its place', () => {
    expect(
      found(
        'readings:',
        '  error_rate: { sentri: { organization: acme } }',
        "  p95: { prometheus: 'http://prom:9090', query: 'slow' }",
        '  requests: { sentry: { organization: acme, projekt: web } }',
        "  cpu: { prometheus: 'http://prom:9090', json: 'http://x', query: 'a' }",
        '  memory: [1]',
        "  on_call: { json: 'https://host/x', at: names }",
        "  users: { json: 'https://host/x', at: /n }",
      ),
    ).toEqual([
      '16:7 readings.error_rate: must name one source: prometheus, json, sentry. Did you mean "sentry"?',
      '17:7 readings.p95.unit: is missing.',
      '18:19 readings.requests.sentry.project: is missing.',
      '18:19 readings.requests.sentry.token: is missing.',
      '18:49 readings.requests.sentry.projekt: is no setting. Did you mean "project"?',
      '19:7 readings.cpu: must name one source: prometheus, json, supabase.',
      '20:7 readings.memory: must hold settings of its own, indented below it.',
      '21:42 readings.on_call.at: is no JSON pointer. It begins with a slash, as /data/cpu.',
      '22:7 readings.users: is no setting. Known here: error_rate, p95, requests, database_errors, active_users, user_activity, cpu, memory, disk, automated_backup, on_call, incidents, platform.',
    ]);
  });

  it('F49 refuse a range without what must be alive, which would outlive a dead scrape', () => {
    const cpu = (query: string, more = '') => found('readings:', `  cpu: { prometheus: 'http://prom:9090', query: '${query}'${more} }`);
    expect(cpu('avg(rate(cpu[5m]))')).toEqual([
      '16:46 readings.cpu.query: reads a range, so it goes on answering from old samples when scraping has stopped. Add alive: up{job="…"} for what it measures.',
    ]);
    expect(cpu('avg(rate(cpu[5m]))', `, alive: 'up{job="x"}'`)).toEqual([]);
    expect(cpu('avg(cpu{path=~"/[a-z]+"})')).toEqual([]);
    const disk = (more: string) => found('readings:', `  disk: { prometheus: 'http://prom:9090', query: 'min(free)'${more} }`)[0] ?? '';
    expect(disk(", size: 'avg_over_time(size[5m])'")).toContain('readings.disk.size: reads a range');
    expect(disk('')).toContain('readings.disk.size: is missing');
    expect(disk(", size: 'max(size)'")).toBe('');
  });

  it('R71 count database errors in Prometheus or JSON, and in nothing else', () => {
    const errors = (source: string) => found('readings:', `  database_errors: ${source}`);
    expect(errors("{ prometheus: 'http://prom:9090', query: 'sum(increase(e[5m]))', alive: 'up' }")).toEqual([]);
    expect(errors("{ prometheus: 'http://prom:9090', query: 'sum(increase(e[5m]))' }")[0]).toContain(
      'readings.database_errors.query: reads a range',
    );
    expect(errors("{ json: 'https://host/x', at: /errors }")).toEqual([]);
    expect(errors(SENTRY)).toEqual(['16:7 readings.database_errors: must name one source: prometheus, json.']);
  });

  it('M10 refuse Web Vitals for the response time of the server', () => {
    const vercel = (metric: string) =>
      found('readings:', `  p95: { vercel: { team: t, project: p, token: '\${TOKEN}', metric: ${metric} } }`);
    expect(vercel('vercel.speed_insights.ttfb_ms')[0]).toContain('Web Vitals of real visits in browsers, which is no server latency');
    expect(vercel('vercel.function_invocation.ttfb_ms')).toEqual([]);
  });

  it.each([
    ['http://169.254.169.254/latest', 'link-local'],
    ['http://[fe80::1]/x', 'link-local'],
    ['http://[::ffff:169.254.169.254]/x', 'link-local'],
    ['http://metadata.google.internal/x', 'link-local'],
    ['https://me:pw@host/x', 'holds a password'],
    ['ftp://host', 'is no address'],
  ])('refuse %s', (address, why) => {
    expect(found('readings:', `  cpu: { json: '${address}', at: /cpu }`)[0]).toContain(why);
    expect(found('readings:', `  cpu: { prometheus: '${address}', query: cpu }`)[0]).toContain(why);
  });

  it('M19 may stand in for the metrics of the application when nothing is left out', () => {
    const silent = (...lines: readonly string[]) =>
      mistakes(withLines('readings:', ...lines).replace(', metrics: http://acme.internal/metrics', ''), HIDDEN);
    const p95 = "  p95: { prometheus: 'http://prom:9090', query: 'slow', unit: s }";
    expect(silent(`  error_rate: ${SENTRY}`, p95)).toEqual([]);
    expect(silent("  error_rate: { prometheus: 'http://prom:9090', query: 'bad' }", p95)).toEqual([
      '14:5 targets.production.application.metrics: is missing, and readings name no source for requests.',
    ]);
  });
});

describe('hooks', () => {
  it('begin in the directory of the settings, with what our environment may pass on', () => {
    const { result, target } = targetOf(
      'hooks:',
      '  - { name: smoke, command: [./scripts/smoke-test.sh, --quick], aliases: [./scripts/smoke-test.sh], when: [smoke, check] }',
      '  - { name: health, command: [pnpm, x], directory: app, timeout: 90s }',
    );
    const home = join(result.config.file, '..');
    expect(target.hooks[0]).toMatchObject({ name: 'smoke', directory: home, timeoutMs: 300_000, when: ['smoke', 'check'] });
    expect(target.hooks[1]).toMatchObject({ directory: join(home, 'app'), timeoutMs: 90_000, when: [], aliases: [] });
    const inherited = load(withLines('hooks:', "  - { name: a, command: ['true'] }"), { ...HIDDEN, PATH: '/bin', SLACK_BOT_TOKEN: 'x' });
    expect(inherited.ok && inherited.secrets.targets.get('production')?.hooks[0]?.inherited).toEqual({ PATH: '/bin' });
  });

  it('R14 for the staging moment are refused on a target that is nobody’s twin, by hook, target and what to do', () => {
    const dead = ['hooks:', '  - { name: smoke, command: [x], when: [smoke, staging] }'];
    expect(found(...dead)).toEqual([
      '16:52 hooks[0].when[1]: would never come for the hook "smoke": no target has staging: production, so nothing is tried out on "production". ' +
        'Move the hook to the twin, name this target as the twin of another, or take "staging" out of when.',
    ]);
    const [, target = ''] = LEAST.split('  production:\n');
    const other = `  eu:\n${target.replace('${ACME}', 'postgresql://offpeak@eu.internal/eu')}    staging: production\n`;
    expect(mistakes(`${withLines(...dead)}${other}`, HIDDEN)).toEqual([]);
  });

  it('report what is wrong with them', () => {
    expect(
      found(
        'hooks:',
        '  - { name: Smoke Test, command: ./scripts/smoke-test.sh }',
        '  - { name: a, command: [], when: [always] }',
        '  - { name: b, command: [x], aliases: [twice] }',
        '  - { name: c, command: [x], aliases: [twice], env: { "1X": y } }',
      ),
    ).toEqual([
      '16:11 hooks[0].name: may have only small letters, digits and -, at most 31, beginning with a letter.',
      '16:29 hooks[0].command: must be a list.',
      '17:20 hooks[1].command: names no program. Write it as a list: [./scripts/smoke-test.sh, --quick]; no shell reads it.',
      '17:40 hooks[1].when[0]: must be one of smoke, staging, check, test.',
      '19:9 hooks[3]: is called like another hook: twice.',
      '19:59 hooks[3].env.1X: is no name that may stand here.',
    ]);
  });
});
