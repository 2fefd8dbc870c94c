import * as bolt from '@slack/bolt';
import { behavesLikeSlack } from './behaviour.ts';

behavesLikeSlack('Bolt 5', bolt);
