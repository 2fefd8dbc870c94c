import { execa } from 'execa';
import { chown, cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** PostgreSQL refuses to run as root; 65534 is `nobody` on Linux and needs no account of its own. */
const NOBODY = 65534;

/**
 * The shell that owns one server. It starts "$@", sends the fast-shutdown signal when its stdin closes (the parent said
 * stop, or died in whatever way), waits for the exit and removes what was temporary. Written in sh because it must outlive Node.
 * $1 is the directory to remove afterwards, or '' for none.
 */
export const KEEPER = `
exec 3<&0
litter=$1; shift
"$@" 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -INT "$server" 2>/dev/null; } &
watcher=$!
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
[ -n "$litter" ] && rm -rf -- "$litter"
exit "$code"
`;

/** How programs of a server are started here: `command` goes in front of them, `bin` is where they can be executed from. */
export interface Launch {
  readonly command: readonly string[];
  readonly bin: string;
  readonly own: (path: string) => Promise<void>;
}

/**
 * Decides how to run the server's programs: as this user, or as nobody when this user is root. When nobody cannot reach
 * the binaries (a checkout under a 0700 home) the installation is copied into `scratch`, which works only where it is relocatable.
 */
export async function prepareLaunch(bin: string, scratch: string): Promise<Launch> {
  const dieWithParent = (await runs(['setpriv', '--pdeathsig=INT', 'true'])) ? ['setpriv', '--pdeathsig=INT'] : [];
  if (process.getuid?.() !== 0) return { command: dieWithParent, bin, own: async () => {} };

  const command = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--pdeathsig=INT'];
  const own = (path: string) => chown(path, NOBODY, NOBODY);
  if (!(await runs([...command, 'true'])))
    throw new Error('PostgreSQL refuses to run as root and setpriv (util-linux) is missing. Install it or run as an ordinary user.');
  if (await runs([...command, join(bin, 'postgres'), '--version'])) return { command, bin, own };

  await own(scratch);
  const copy = join(scratch, 'install');
  await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  const copied = join(copy, 'bin');
  if (await runs([...command, join(copied, 'postgres'), '--version'])) return { command, bin: copied, own };
  throw new Error(`PostgreSQL in ${bin} cannot be executed by an unprivileged user. Set PG_BIN_DIR to a directory readable by all.`);
}

async function runs(command: readonly string[]): Promise<boolean> {
  const [program = '', ...args] = command;
  const { failed } = await execa(program, args, { reject: false, stdio: 'ignore' });
  return !failed;
}
