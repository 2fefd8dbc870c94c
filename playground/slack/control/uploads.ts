import { Hono } from 'hono';
import { textOf } from '../json.ts';
import type { Slack } from '../slack.ts';
import { answer, invalid, taking } from './answer.ts';
import { personIn } from './found.ts';

const mostBytes = 5_000_000;

/**
 * `POST /_control/upload {user, name, content}`: a person chooses a file (`content` in base64) for a file_input; its id is what
 * the input then holds. Kept in memory, so at most 5 MB.
 */
export function uploadRoutes(slack: Slack): Hono {
  const routes = new Hono();
  routes.post(
    '/upload',
    taking((c, given) => {
      const person = personIn(slack, given['user']);
      if ('status' in person) return answer(c, person);
      const name = textOf(given['name']);
      const content = textOf(given['content']);
      if (name === '' || name.length > 255) return invalid(c, ['name must be 1 to 255 characters']);
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(content)) return invalid(c, ['content must be the bytes of the file in base64, at least one']);
      const bytes = Buffer.from(content, 'base64');
      if (bytes.length > mostBytes) return invalid(c, [`The file has ${bytes.length} bytes; the local Slack takes ${mostBytes} at most.`]);
      const { id, title, size, filetype } = slack.files.upload({ name, user: person.id }, bytes);
      return c.json({ ok: true, file: { id, name, title, size, filetype } });
    }),
  );
  return routes;
}
