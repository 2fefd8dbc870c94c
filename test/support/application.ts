import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the stand-in application answers; change it while a test runs. */
export type Answers = { status: number; errorRate: number; p95Ms: number; requests: number };

/** An application that is as well as it is told to be: `/health` and `/metrics` over real HTTP. */
export async function startApplication(): Promise<{ readonly url: string; readonly answers: Answers; stop(): Promise<void> }> {
  const answers: Answers = { status: 200, errorRate: 0, p95Ms: 40, requests: 1_000 };
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      response.writeHead(answers.status).end('ok');
      return;
    }
    const { errorRate, p95Ms, requests } = answers;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error_rate: errorRate, p95_ms: p95Ms, requests, window_s: 10 }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
