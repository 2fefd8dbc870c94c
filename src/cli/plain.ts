import { instantOf } from '../domain/instant.ts';
import { moment } from './moment.ts';

/** A line written for Slack as plain text: the same words in both places, one source for them. Dates are told in the target's zone and UTC. */
export function plain(mrkdwn: string, zone: string): string {
  return mrkdwn
    .replaceAll(/<!date\^(\d+)\^[^>]*>/g, (_, seconds: string) => moment(instantOf(Number(seconds) * 1000), zone))
    .replaceAll(/[`*]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
