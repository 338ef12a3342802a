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
 * PURE. 丹东市8890政务便民服务工作“首问责任制”管理办法（征求意见稿）. Not in force: a consultation text without a date. Its
 * articles 5, 6 and 11 are missing from the source, and nothing stands in for them.
 */
export const dandongFirstAsked: Statute = {
  slug: 'dandong-first-asked',
  title,
  version: 'consultation.1',
  status: 'consultation',
  inForceFrom: null,
  words: { platform: '8890 平台', workOrder: '办理工单', requester: '诉求人', unit: '承办单位' },
  numberPrefix: 'DD',
  hotlineNumbers: ['8890000', '12345'],
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
