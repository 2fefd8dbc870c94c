import { describe, expect, it } from 'vitest';
import { lockQueue, type QueueEdge } from '../../src/sources/lock-queue.ts';

const edge = (waiter: number, blockers: readonly number[], ours = false): QueueEdge => ({ waiter, blockers, ours });
const names = { 7: 'reporting', 8: 'offpeak:apply' };
const isOurs = (pid: number) => pid === 8;
const of = (edges: readonly QueueEdge[]) => lockQueue(edges, { names, isOurs });

describe('R53 who waits for a lock, and for whom', () => {
  it('nobody', () => {
    expect(of([])).toEqual({ waiting: 0, behindUs: 0, blocker: null });
  });

  it('behind our own statement that waits itself: the true blocker is the one we wait for', () => {
    expect(of([edge(8, [7], true), edge(21, [8]), edge(22, [8, 7])])).toEqual({
      waiting: 2,
      behindUs: 2,
      blocker: { pid: 7, application: 'reporting', ours: false },
    });
  });

  it('behind a lock that we hold: it is us', () => {
    expect(of([edge(21, [8]), edge(22, [21])])).toEqual({
      waiting: 2,
      behindUs: 2,
      blocker: { pid: 8, application: 'offpeak:apply', ours: true },
    });
  });

  it('behind each other and not behind us', () => {
    expect(of([edge(21, [7]), edge(22, [21])])).toMatchObject({ waiting: 2, behindUs: 0, blocker: { pid: 7 } });
  });

  it('in a circle that PostgreSQL has not cut yet', () => {
    expect(of([edge(21, [22]), edge(22, [21])])).toMatchObject({ waiting: 2, behindUs: 0 });
  });

  it('only ourselves: no application waits', () => {
    expect(of([edge(8, [7], true)])).toEqual({ waiting: 0, behindUs: 0, blocker: null });
  });
});
