import type { ColumnDef, Constraint } from 'libpg-query';
import type { Hazard } from '../../domain/plan.ts';
import { quoted } from '../names.ts';
import { note } from './effect.ts';
import { isSerial, typeText } from './type-name.ts';

/** Types of a new column that people regret (N15): advice, because none of them locks anybody. */
export function columnAdvice(definition: ColumnDef, constraints: readonly Constraint[]): readonly Hazard[] {
  const name = quoted(definition.colname ?? '');
  const type = typeText(definition.typeName);
  const isKey = constraints.some(({ contype }) => contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_FOREIGN');
  const base = type.replace(/\(.*/, '');
  if (type === 'json') return [note('json_type', `json has no equality, so SELECT DISTINCT over ${name} fails. Use jsonb.`)];
  if (base === 'char') return [note('char_type', `${name} ${type} is filled up with blanks, which comparisons then ignore. Use text.`)];
  if (base === 'money') return [note('money_type', `money reads otherwise in another locale. Use numeric for ${name}.`)];
  if (base === 'timestamp') {
    return [note('timestamp_without_zone', `${name} does not say in which zone its times are. Use timestamptz.`)];
  }
  if (base === 'varchar' && type !== base) {
    return [note('varchar_limit', `A shorter limit later rewrites the table. Use text for ${name}, and a CHECK when a limit is meant.`)];
  }
  if (isSerial(definition.typeName)) {
    return [note('serial_type', `${name} ${type} owns a sequence whose rights are apart. Use bigint GENERATED ALWAYS AS IDENTITY.`)];
  }
  if (isKey && (base === 'integer' || base === 'smallint')) {
    return [note('small_key', `${name} ${base} runs out of numbers, and making it bigint later rewrites the table. Use bigint.`)];
  }
  return [];
}
