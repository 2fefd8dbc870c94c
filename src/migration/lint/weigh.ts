import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Hazard, RelationLock } from '../../domain/plan.ts';
import type { Catalog } from './catalog.ts';
import { measuredWarning } from './effect.ts';

const MEBIBYTE = 1024 * 1024;
/** Below this a table is read or written anew in the blink of an eye; above the other one nobody waits for it. */
const SMALL_BYTES = 8 * MEBIBYTE;
const LARGE_BYTES = 256 * MEBIBYTE;
/** Calls a second from which somebody is certainly there when the lock is taken. */
const BUSY_CALLS = 10;

/** Hazards that last as long as the table is large. */
const GROWS =
  /^(?:rewrite_\w+|scan_\w+|index_under_lock|index_blocks_writes|index_rebuilt|attach_scan|refresh|reindex|domain_scan|every_row|copies_table|many_rows)$/;

type Touched = { readonly locks: readonly RelationLock[]; readonly rewrites: readonly string[]; readonly scans: readonly string[] };

/**
 * Hazards weighed by what was measured: the largest table a statement works through, and how often it is used. A small
 * table nobody uses is a note, a large one a danger, and the message says the numbers. What was not measured keeps its
 * weight, and an instant's lock on a table many use is said on its own.
 */
export function weighed(hazards: readonly Hazard[], touched: Touched, catalog: Catalog | undefined): readonly Hazard[] {
  if (catalog === undefined) return hazards;
  const worked = largest(catalog, [...touched.rewrites, ...touched.scans]);
  const held = largest(
    catalog,
    touched.locks.map(({ relation }) => relation),
  );
  const table = worked ?? held;
  const weighty = hazards.map((hazard) => (table === null || !GROWS.test(hazard.code) ? hazard : weigh(hazard, table, catalog)));
  return [...weighty, ...(weighty.some(({ code }) => GROWS.test(code)) ? [] : busy(touched.locks, catalog))];
}

function weigh(hazard: Hazard, table: CatalogRelation, catalog: Catalog): Hazard {
  const words = sizeWords(table);
  if (words === '') return hazard;
  return { ...hazard, severity: severityOf(hazard.severity, table), message: `${hazard.message} ${catalog.show(table)}: ${words}.` };
}

function severityOf(given: Hazard['severity'], relation: CatalogRelation): Hazard['severity'] {
  const { bytes, isBusy } = sizeClass(relation);
  if (bytes === null || given === 'note') return given;
  if (bytes === 'none' || bytes === 'small') return isBusy === false ? 'note' : 'warning';
  if (bytes === 'medium') return isBusy === false ? 'warning' : 'danger';
  return 'danger';
}

/** All that verdicts make of a relation's numbers, besides their words and which table is the heaviest. Null: not measured. */
export type SizeClass = { readonly bytes: 'none' | 'small' | 'medium' | 'large' | null; readonly isBusy: boolean | null };

export function sizeClass({ bytes, callsPerSecond }: CatalogRelation): SizeClass {
  return {
    bytes: bytes === null ? null : bytes === 0 ? 'none' : bytes < SMALL_BYTES ? 'small' : bytes < LARGE_BYTES ? 'medium' : 'large',
    isBusy: callsPerSecond === null ? null : callsPerSecond >= BUSY_CALLS,
  };
}

/** By how much a table counts among those a statement touches. */
export function weight({ bytes, callsPerSecond }: CatalogRelation): number {
  return (bytes ?? 0) + (callsPerSecond ?? 0);
}

/** The relation of these with the most bytes, the busier one among equals. */
function largest(catalog: Catalog, names: readonly string[]): CatalogRelation | null {
  const tables = names.flatMap((name) => catalog.relation(name) ?? []).filter(({ kind }) => 'rmp'.includes(kind));
  return tables.reduce<CatalogRelation | null>((most, table) => (most === null || weight(table) > weight(most) ? table : most), null);
}

/** A lock that stops readers or writers, only for an instant, where many calls arrive in that instant. */
function busy(locks: readonly RelationLock[], catalog: Catalog): readonly Hazard[] {
  return locks.flatMap(({ relation, mode }) => {
    const table = catalog.relation(relation);
    if (table === null || table.callsPerSecond === null || sizeClass(table).isBusy !== true) return [];
    const stops =
      mode === 'ACCESS EXCLUSIVE'
        ? 'reads and writes'
        : /SHARE$|SHARE ROW EXCLUSIVE|^EXCLUSIVE/.test(mode) && mode !== 'ACCESS SHARE' && mode !== 'ROW SHARE'
          ? 'writes'
          : null;
    if (stops === null) return [];
    return [
      measuredWarning(
        'busy_table',
        `${relation} gets ${calls(table.callsPerSecond)}: the ${stops} among them wait for as long as this waits for its lock. Choose a quiet hour.`,
      ),
    ];
  });
}

/** `about 1.2 million rows, 340 MB, 420 calls a second`; empty when nothing was measured. */
export function sizeWords({ rows, bytes, callsPerSecond }: CatalogRelation): string {
  const parts = [
    ...(bytes === 0 ? ['no row'] : rows === null ? [] : [`about ${amount(rows)} ${rows === 1 ? 'row' : 'rows'}`]),
    ...(bytes === null || bytes === 0 ? [] : [size(bytes)]),
    ...(callsPerSecond === null ? [] : [calls(callsPerSecond)]),
  ];
  return parts.join(', ');
}

function calls(perSecond: number): string {
  if (perSecond < 0.5) return 'hardly a call a second';
  const rounded = twoDigits(perSecond);
  return `${amount(rounded)} ${rounded === 1 ? 'call' : 'calls'} a second`;
}

function amount(number: number): string {
  const rounded = twoDigits(number);
  if (rounded >= 1e9) return `${rounded / 1e9} billion`;
  if (rounded >= 1e6) return `${rounded / 1e6} million`;
  // Two digits that count have no fraction where there is a comma; the locale's own formatter is slow to load.
  return String(rounded).replace(/\B(?=(?:\d{3})+$)/, ',');
}

function size(bytes: number): string {
  const unit = bytes >= 1e9 ? 'GB' : bytes >= 1e6 ? 'MB' : 'kB';
  const divisor = unit === 'GB' ? 1e9 : unit === 'MB' ? 1e6 : 1e3;
  return `${twoDigits(bytes / divisor)} ${unit}`;
}

/** Two digits that count: nobody decides by the third, and it would change at every look. */
function twoDigits(number: number): number {
  return number < 1 ? Number(number.toPrecision(1)) : Number(number.toPrecision(2));
}
