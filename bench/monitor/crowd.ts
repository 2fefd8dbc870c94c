import { Client } from 'pg';

/** `connections` sessions of which `waiters` stand behind a change that itself waits behind a report. Answers how to send them home. */
export async function crowd(url: string, { connections, waiters }: { connections: number; waiters: number }): Promise<() => Promise<void>> {
  const open = async (name: string): Promise<Client> => {
    const client = new Client({ connectionString: url, application_name: name });
    // They are ended from outside.
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const admin = await open('admin');
  await admin.query('CREATE TABLE leads (id int PRIMARY KEY, email text)');
  const report = await open('reporting');
  await report.query('BEGIN; LOCK TABLE leads IN ACCESS SHARE MODE');
  const change = await open('offpeak:apply');
  change.query('ALTER TABLE leads ADD COLUMN domain text').catch(() => {});
  await waiting(admin, 1);
  for (let index = 0; index < waiters; index += 1) {
    const client = await open('web');
    client.query("SELECT id, email FROM leads WHERE email = 'ann@example.com' ORDER BY id LIMIT 20").catch(() => {});
  }
  for (let index = 0; index < connections - waiters - 3; index += 1) await (await open('web')).query('SELECT 1');
  await waiting(admin, 1 + waiters);
  return async () => {
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $1', [
      'client backend',
    ]);
    await admin.end();
  };
}

async function waiting(admin: Client, wanted: number): Promise<void> {
  for (;;) {
    const { rows } = await admin.query<{ waits: number }>(
      "SELECT count(*)::int AS waits FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
    );
    if ((rows[0]?.waits ?? 0) >= wanted) return;
  }
}
