import { Client } from 'pg';
import type { ClientConfig } from 'pg';

/** A connected client. End it, or let `drop()` cut it: a session that the server ends is no failure of the test. */
export async function connect(url: string, config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'test', ...config });
  client.on('error', () => {});
  await client.connect();
  return client;
}
