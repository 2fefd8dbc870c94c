import { defineCheck, floored, percent } from './check.ts';

/** Client sessions over usable slots; blocks at 80 % and above (R25, M5). */
export const connections = defineCheck({
  item: 'connections',
  title: 'Connections are free',
  failureTitle: 'Too few connections are free',
  means: 'Client sessions, idle ones too, over the slots they may take.',
  unknown: 'The server does not answer within 2 s, or reserves every slot.',
  read: ({ database }) => database.connections(),
  limit: (thresholds) => `< ${percent(thresholds.connections)}`,
  judge: ({ used, usable }, thresholds) => ({
    verdict: used / usable < thresholds.connections ? 'pass' : 'breach',
    value: `${used} of ${usable} (${floored((used / usable) * 100)} %)`,
  }),
});
