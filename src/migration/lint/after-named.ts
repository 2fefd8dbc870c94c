import type { Node } from 'libpg-query';
import type { CatalogNamed } from '../../domain/catalog.ts';
import { objectWords, qualified, relationOf, wordsOf } from '../names.ts';
import type { Draft } from './draft.ts';
import type { NodeOf } from './effect.ts';
import { placeOf } from './placed.ts';

const KINDS: Readonly<Record<string, CatalogNamed['kind']>> = {
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_PUBLICATION: 'publication',
};

/** Policies, rules, statistics and publications as a statement leaves them. */
export function afterNamed(draft: Draft, node: Node): void {
  if ('CreatePolicyStmt' in node) add(draft, 'policy', '', node.CreatePolicyStmt.policy_name, [relationOf(node.CreatePolicyStmt.table)]);
  if ('RuleStmt' in node) add(draft, 'rule', '', node.RuleStmt.rulename, [relationOf(node.RuleStmt.relation)]);
  if ('CreatePublicationStmt' in node)
    add(draft, 'publication', '', node.CreatePublicationStmt.pubname, publishedBy(node.CreatePublicationStmt));
  if ('AlterPublicationStmt' in node) alterPublication(draft, node.AlterPublicationStmt);
  if ('CreateStatsStmt' in node && node.CreateStatsStmt.defnames !== undefined) {
    const { schema, name } = placeOf(draft, wordsOf(node.CreateStatsStmt.defnames));
    const tables = (node.CreateStatsStmt.relations ?? []).flatMap((each) => ('RangeVar' in each ? [relationOf(each.RangeVar)] : []));
    add(draft, 'statistics', schema, name, tables);
  }
  if ('DropStmt' in node) dropped(draft, node.DropStmt);
  if ('RenameStmt' in node) renamed(draft, node.RenameStmt);
}

/** The tables a publication names. */
export function publishedBy({ pubobjects = [] }: Pick<NodeOf<'CreatePublicationStmt'>, 'pubobjects'>): readonly string[] {
  return pubobjects.flatMap((each) =>
    'PublicationObjSpec' in each && each.PublicationObjSpec.pubtable !== undefined
      ? [relationOf(each.PublicationObjSpec.pubtable.relation)]
      : [],
  );
}

function add(draft: Draft, kind: CatalogNamed['kind'], schema: string, name = '', tables: readonly string[] = []): void {
  const relations = tables.flatMap((table) => draft.catalog.relation(table)?.id ?? []);
  draft.change({ named: [...draft.state.named, { id: draft.id(), kind, schema, name, relations }] });
}

function change(draft: Draft, found: CatalogNamed | null, parts: Partial<CatalogNamed>): void {
  if (found !== null) draft.change({ named: draft.state.named.map((each) => (each.id === found.id ? { ...each, ...parts } : each)) });
}

function alterPublication(draft: Draft, statement: NodeOf<'AlterPublicationStmt'>): void {
  const found = draft.catalog.namedAs('publication', statement.pubname ?? '');
  const tables = publishedBy(statement).flatMap((table) => draft.catalog.relation(table)?.id ?? []);
  if (found === null || tables.length === 0) return;
  const others = found.relations.filter((id) => !tables.includes(id));
  if (statement.action === 'AP_DropObjects') change(draft, found, { relations: others });
  else change(draft, found, { relations: statement.action === 'AP_SetObjects' ? tables : [...others, ...tables] });
}

function dropped(draft: Draft, { removeType, objects = [] }: NodeOf<'DropStmt'>): void {
  const kind = KINDS[removeType ?? ''];
  if (kind === undefined) return;
  const gone = objects.map(objectWords).flatMap((words) => foundBy(draft, kind, words)?.id ?? []);
  draft.change({ named: draft.state.named.filter(({ id }) => !gone.includes(id)) });
}

function foundBy(draft: Draft, kind: CatalogNamed['kind'], words: readonly string[]): CatalogNamed | null {
  if (kind === 'statistics' || kind === 'publication') return draft.catalog.namedAs(kind, qualified(words));
  const table = draft.catalog.relation(qualified(words.slice(0, -1)));
  return table === null ? null : draft.catalog.namedOn(kind, table.id, words.at(-1) ?? '');
}

function renamed(draft: Draft, { renameType, relation, subname = '', newname = '', object }: NodeOf<'RenameStmt'>): void {
  const kind = KINDS[renameType ?? ''];
  if (kind === undefined) return;
  const table = relation === undefined ? null : draft.catalog.relation(relationOf(relation));
  const found =
    table === null ? draft.catalog.namedAs(kind, qualified(objectWords(object))) : draft.catalog.namedOn(kind, table.id, subname);
  change(draft, found, { name: newname });
}
