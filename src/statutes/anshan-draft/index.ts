import type { Statute } from '../statute.ts'
import { title } from './articles.ts'
import { conduct, confidentiality, dispatch, handlingLimit, recusal, timeExtension } from './handling.ts'
import { acceptance, material, refusal, sendBack, termination } from './intake.ts'
import {
  assessment,
  audit,
  dataUse,
  disclosure,
  followUp,
  integrityFile,
  knowledgeBase,
  rating,
  reEvaluation,
  rights,
  supervision,
} from './oversight.ts'
import { referral } from './referral.ts'
import { terms } from './terms.ts'

/**
 * PURE. 鞍山市政务服务便民热线条例（草案）. Not law: article 30 leaves the day of entry into force blank; on that day
 * the regulation of 2019 (`anshan-2019`) would be repealed.
 */
export const anshanDraft: Statute = {
  slug: 'anshan-draft',
  title,
  version: 'draft.1',
  status: 'draft',
  inForceFrom: null,
  words: { platform: '政务服务便民热线', workOrder: '诉求工单', requester: '诉求人', unit: '承办单位' },
  numberPrefix: 'AD',
  hotlineNumbers: ['12345'],
  terms,
  topics: {
    acceptance,
    refusal,
    referral,
    dispatch,
    sendBack,
    handlingLimit,
    timeExtension,
    supervision,
    audit,
    followUp,
    rating,
    reEvaluation,
    recusal,
    termination,
    material,
    integrityFile,
    confidentiality,
    knowledgeBase,
    rights,
    conduct,
    disclosure,
    dataUse,
    assessment,
  },
}
