import type { Hazard } from '../../domain/plan.ts';
import { functionsCalled } from '../walk.ts';
import { danger, note } from './effect.ts';

/** Functions that reach other sessions, files of the server or other servers (N12). */
const REACHING =
  /^(?:pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_rotate_logfile|pg_promote|pg_switch_wal|pg_read_(?:binary_)?file|pg_ls_\w+|pg_stat_file|pg_file_\w+|lo_import|lo_export|dblink\w*|(?:\w+\.)?http(?:_\w+)?|pg_logical_emit_message)$/;
const ADVISORY = /^pg_(?:try_)?advisory_lock(?:_shared)?$/;

/** What a statement does that no ROLLBACK takes back (N22), and what it may not do here at all (N12). */
export function notUndone(tree: unknown): readonly Hazard[] {
  const names = [...new Set(functionsCalled(tree).map(({ name }) => name))];
  const reaching = names.filter((name) => REACHING.test(name));
  const counting = names.filter((name) => name === 'nextval' || name === 'setval');
  const advisory = names.filter((name) => ADVISORY.test(name));
  return [
    ...(reaching.length === 0
      ? []
      : [
          danger(
            'server_access',
            `Calls ${reaching.join(', ')}, which reaches beyond this database and which no rollback takes back. Do it by hand, outside the migration.`,
          ),
        ]),
    ...(counting.length === 0
      ? []
      : [note('not_undone', `${counting.join(', ')} is not taken back by a rollback: numbers that were drawn stay drawn.`)]),
    ...(advisory.length === 0
      ? []
      : [
          note(
            'not_undone',
            `${advisory.join(', ')} is kept beyond its transaction, until the session ends. Use pg_advisory_xact_lock.`,
            `SELECT pg_advisory_xact_lock(…);`,
          ),
        ]),
  ];
}
