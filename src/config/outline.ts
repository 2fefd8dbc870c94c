import { z } from 'zod';
import { databasePlace } from './database-url.ts';
import { durationMs } from './measures.ts';
import type { KeyPath } from './mistake.ts';

/** A mistake between settings that are fine one by one. */
export type Conflict = { readonly path: KeyPath; readonly message: string };

const text = z.string().optional().catch(undefined);
const place = text.transform((url) => (url === undefined ? null : databasePlace(url)));
const Backup = z
  .object({
    format: text,
    jobs: z.coerce.number().optional().catch(undefined),
    point_in_time: z
      .object({ supabase: z.object({ project: text }) })
      .optional()
      .catch(undefined),
  })
  .catch({ format: undefined, jobs: undefined });
const lead = text.transform((written) => (written === undefined ? null : durationMs(written)));
/** Settings of which only the names matter here. */
export const Given = z.record(z.string(), z.unknown()).catch({});
const Hook = z
  .object({ name: text, aliases: z.array(text).catch([]), when: z.array(z.unknown()).catch([]) })
  .catch({ name: undefined, aliases: [], when: [] });
const Target = z
  .object({
    database: place,
    scratch: place,
    staging: text,
    staging_run: z.unknown().optional(),
    application: Given,
    readings: Given,
    hooks: z.array(Hook).catch([]),
    backup: Backup.optional(),
    prepare_lead: lead,
    recheck_lead: lead,
    stakeholders: z.array(z.unknown()).catch([]),
    application_tests: z.array(z.unknown()).catch([]),
  })
  .catch({
    database: null,
    scratch: null,
    staging: undefined,
    application: {},
    readings: {},
    hooks: [],
    prepare_lead: null,
    recheck_lead: null,
    stakeholders: [],
    application_tests: [],
  });
const Person = z
  .object({ id: text, name: text, roles: z.array(z.unknown()).catch([]), accounts: z.array(z.unknown()).catch([]) })
  .catch({ id: undefined, name: undefined, roles: [], accounts: [] });

const Api = z
  .object({ tokens: z.array(z.object({ person: text, token: text }).catch({ person: undefined, token: undefined })).catch([]) })
  .catch({ tokens: [] });

/** As much of the file as can be read, so that these rules are judged however many other mistakes there are. */
export const Outline = z.object({
  ledger: place,
  slack: z
    .object({ mode: text, app_token: z.unknown().optional(), signing_secret: z.unknown().optional() })
    .catch({ mode: undefined, app_token: null, signing_secret: null }),
  people: z.array(Person).catch([]),
  api: Api.optional(),
  approvals: z.object({ quorum: z.coerce.number().catch(2) }).catch({ quorum: 2 }),
  default_target: text,
  targets: z.record(z.string(), Target).catch({}),
});
export type Outline = z.infer<typeof Outline>;
