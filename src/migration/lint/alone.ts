import type { Node } from 'libpg-query';
import type { Hazard } from '../../domain/plan.ts';
import { relationOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { note } from './effect.ts';

/** REINDEX of a partitioned table or index, and CLUSTER since 15, commits after each partition, which only the live schema tells (25001). */
export function isAloneHere(catalog: Catalog | undefined, node: Node): boolean {
  if (catalog === undefined || !('ReindexStmt' in node || 'ClusterStmt' in node)) return false;
  if ('ClusterStmt' in node && catalog.state.serverMajor < 15) return false;
  const { relation } = 'ReindexStmt' in node ? node.ReindexStmt : node.ClusterStmt;
  const kind = catalog.relation(relationOf(relation))?.kind;
  return kind === 'p' || kind === 'I';
}

/** A statement outside a transaction among others (N8): when a later one fails, this one stays. */
export function besideOthers(inTransaction: boolean, others: number): readonly Hazard[] {
  if (inTransaction || others === 0) return [];
  return [
    note(
      'own_transaction',
      'Commits on its own: it stays when a later statement of this file fails. A file of its own is easier to take back.',
    ),
  ];
}
