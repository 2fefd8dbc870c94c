import { z } from 'zod';
import { duration, text } from './fields.ts';

/** How alerts stand and go, and how often each kind of source is asked. */
export const Monitor = z.strictObject({
  /** The application's own metrics, and services such as Prometheus or Sentry. */
  application: duration.prefault('1s'),
  services: duration.prefault('15s'),
  keep_firing: duration.prefault('60s'),
  unknown_warn: duration.prefault('60s'),
  unknown_hold: duration.prefault('3m'),
  recovered: duration.prefault('5m'),
});

const off = text(
  (value) => (value === 'off' ? { after: null } : null),
  (value) => `"${value}" is neither off nor { after: 60s }.`,
);

/** Whether Offpeak rolls back by itself, and how long it counts down before. */
export const AutoRollback = z.union([z.strictObject({ after: duration }), off]);
