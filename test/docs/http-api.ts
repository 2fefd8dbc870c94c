import { COMMAND_ROLES } from '../../src/domain/decide/human.ts';
import type { HumanCommand } from '../../src/domain/commands.ts';
import { HTTP_COMMANDS } from '../../src/http/commands.ts';
import { ROUTES } from '../../src/http/routes.ts';

/** docs/http-api.md, from the routes and commands themselves. */
export function httpApiDocument(): string {
  const commands = (Object.keys(HTTP_COMMANDS) as HumanCommand['type'][]).map((type) => {
    const { does, fields } = HTTP_COMMANDS[type];
    const body = Object.entries(fields).map(([name, holds]) => `\`${name}\`: ${holds}`);
    return `| \`${type}\` | ${does} | ${body.join('<br>') || '–'} | ${COMMAND_ROLES[type].join(', ')} |`;
  });
  const routes = ROUTES.map(({ method, path, does }) => `| \`${method} ${path}\` | ${does} |`);
  return `${HEAD}
| request | answer |
|---|---|
${routes.join('\n')}

## Commands

The roles are the same as in Slack, and so is every rule behind them: whoever asked for a plan cannot approve it, a line is waived by those it names, and nothing
starts outside the window.

| command | what it does | body | who |
|---|---|---|---|
${commands.join('\n')}
${TAIL}`;
}

const HEAD = `# HTTP API

<!-- Generated from src/http: npx vitest run --project fast test/docs --update -->

Every action of Slack and the terminal, by the same rules, in the same record: an event says who did it and that it came over HTTP. Off until the settings
have it:

\`\`\`yaml
api:
  listen: 127.0.0.1 # put TLS in front of it before it listens elsewhere
  port: 3300
  tokens: [{ person: maya, token: "\${OFFPEAK_API_TOKEN}" }]
\`\`\`

A token has at least 32 characters (\`openssl rand -hex 32\`) and stands for one person, who can do with it what that person can do in Slack. It is kept as a hash and
never logged. Take it out of the settings when somebody leaves: Slack is not asked here. The bot serves the API, and also while Slack is away.

\`\`\`sh
curl -X POST http://127.0.0.1:3300/v1/runs/42/roll_back -H "Authorization: Bearer $OFFPEAK_API_TOKEN" -H "Idempotency-Key: $(uuidgen)"
\`\`\`
`;

const TAIL = `
## Answers

JSON. A command answers \`{"run": {…}, "repeated": false}\`: what it did is recorded when the answer arrives, the work follows. Otherwise
\`{"error": {"code": …, "message": …, "next": …}}\`: what was refused and whether anything was changed, then what to do now.

| status | |
|---|---|
| 400 | the request means nothing: a field is missing, unknown or of another kind |
| 401 | no token of a person of the configuration |
| 403 | that person may not do this |
| 404 | no such run, target, command or address |
| 405 | another method; \`Allow\` names it |
| 409 | the run, the plan or the clock does not allow it now; \`code\` says which rule |
| 413 | more than 64 KiB |
| 503 | something Offpeak needs is away; the log has the error id of the message |

## Asking twice

Send an \`Idempotency-Key\` (up to 200 visible characters, fresh for each thing you want done) and repeat the request as often as you like, with the same key. A command
that was carried out under a key of that person is not carried out again, by any process and after any restart: the run remembers the key, and
the answer says \`"repeated": true\` where the first one is no longer in memory. A refusal is repeated as well; send a new key to try anew.
`;
