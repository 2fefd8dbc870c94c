import type { AttendingCommand, Context } from '../commands.ts';
import { pagesDue, pagesOver } from '../page.ts';
import { presenceDue } from '../presence.ts';
import type { Run } from '../run.ts';
import { happened, refuse, type Decision } from './decision.ts';

/** That somebody is there: each question and each call happens once, however many workers look. */
export function decideAttending(run: Run, command: AttendingCommand, { now }: Context): Decision {
  switch (command.type) {
    case 'ask_presence':
      return presenceDue(run, now)
        ? happened({ type: 'presence_asked' })
        : refuse({ code: 'already_so', detail: 'The watcher need not be asked.' });
    case 'record_page': {
      const { page, through, failure } = command;
      if (!pagesDue(run, now).some(({ key }) => key === page.key))
        return refuse({ code: 'already_so', detail: 'Nobody need be called for that.' });
      return happened({ type: 'paged', page, through, failure });
    }
    case 'record_page_closed': {
      const { key, failure } = command;
      if (!pagesOver(run, now).some((page) => page.key === key))
        return refuse({ code: 'already_so', detail: 'That call is closed, or its reason stands.' });
      return happened({ type: 'page_closed', key, failure });
    }
  }
}
