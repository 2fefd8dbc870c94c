import type { FormatName } from '../../domain/formats.ts';
import { dbmateFormat } from './dbmate.ts';
import { dieselFormat } from './diesel.ts';
import { flywayFormat } from './flyway.ts';
import type { MigrationFormat } from './format.ts';
import { golangMigrateFormat } from './golang-migrate.ts';
import { gooseFormat } from './goose.ts';
import { nativeFormat } from './native.ts';
import { nodePgMigrateFormat } from './node-pg-migrate.ts';
import { prismaFormat } from './prisma.ts';
import { sourcegraphFormat } from './sourcegraph.ts';
import { sqitchFormat } from './sqitch.ts';
import { sqlMigrateFormat } from './sql-migrate.ts';
import { sqlxFormat } from './sqlx.ts';
import { supabaseFormat } from './supabase.ts';

/** Every reader, by the name in the settings. */
const READERS: Readonly<Record<FormatName, MigrationFormat>> = {
  native: nativeFormat,
  'golang-migrate': golangMigrateFormat,
  dbmate: dbmateFormat,
  flyway: flywayFormat,
  supabase: supabaseFormat,
  prisma: prismaFormat,
  sqlx: sqlxFormat,
  'node-pg-migrate': nodePgMigrateFormat,
  goose: gooseFormat,
  sqitch: sqitchFormat,
  sourcegraph: sourcegraphFormat,
  'sql-migrate': sqlMigrateFormat,
  diesel: dieselFormat,
};

/** The reader of a layout. */
export function formatOf(name: FormatName): MigrationFormat {
  return READERS[name];
}
