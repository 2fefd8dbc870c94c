import { sqlModal } from '../src/slack/render/sql-modal.ts';
import { opensModal } from './open-modal.ts';

/** **View SQL**: every file of the plan. */
export const viewSql = opensModal((_tools, run) => sqlModal(run));
