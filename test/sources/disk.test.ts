import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disk as diskCheck } from '../../checks/disk.ts';
import { connectReadings } from '../../src/sources/readings.ts';
import type { DiskSettings } from '../../src/sources/disk.ts';
import { aPlan } from '../support/plans.ts';

const NOW = '2026-11-22T20:00:00.000Z';
const read = (disk: DiskSettings) => connectReadings({ disk }, { now: () => NOW }).services.disk?.();

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

const FREE = 'min(node_filesystem_avail_bytes{mountpoint="/data"})';
const SIZE = 'min(node_filesystem_size_bytes{mountpoint="/data"})';

function prometheus(query: string, value: string) {
  nock('http://prom.test:9090')
    .get('/api/v1/query')
    .query({ query, lookback_delta: '60s' })
    .reply(200, { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [Date.parse(NOW) / 1000, value] }] } });
}

const asked = { prometheus: 'http://prom.test:9090', query: FREE, size: SIZE, max_age: 60_000 };
const json = { json: { reveal: () => 'https://host.test/disk' }, at: '/free', size: '/size', max_age: 60_000 };

describe('R33 the disk of a server on another machine', () => {
  it('is read from Prometheus: free bytes over the bytes it has', async () => {
    prometheus(FREE, '50000000000');
    prometheus(SIZE, '200000000000');
    expect(await read(asked)).toEqual({
      ok: true,
      value: { share: 0.25, bytes: 50_000_000_000 },
      source: `Prometheus prom.test:9090: ${FREE}`,
    });
  });

  it('is read from any JSON', async () => {
    nock('https://host.test').get('/disk').times(2).reply(200, { free: 30, size: 100 });
    expect(await read(json)).toMatchObject({ ok: true, value: { share: 0.3, bytes: 30 } });
  });

  it.each([
    ['0', '0', 'The size of the disk is 0'],
    ['300', '200', 'the two numbers are of two disks'],
    ['NaN', '200', 'a number that is none'],
    ['10', '-1', 'less than nothing'],
  ])('is unknown with %s of %s', async (free, size, why) => {
    prometheus(FREE, free);
    prometheus(SIZE, size);
    expect(await read(asked)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('one of the two numbers is not enough', async () => {
    nock('https://host.test').get('/disk').times(2).reply(200, { free: 30 });
    expect(await read(json)).toMatchObject({ ok: false, why: expect.stringContaining('/size') });
  });

  it('20.0 % free fails the line as it does on this machine', async () => {
    nock('https://host.test').get('/disk').times(2).reply(200, { free: 20, size: 100 });
    const reading = await read(json);
    if (reading === undefined) throw new Error('no disk');
    const database = { diskFree: async () => reading };
    const found = await diskCheck.find({ database } as unknown as Parameters<typeof diskCheck.find>[0], aPlan().thresholds, NOW);
    expect(found).toMatchObject({ verdict: 'breach', value: expect.stringContaining('20 % free (20 B)'), source: 'JSON host.test /free' });
  });
});
