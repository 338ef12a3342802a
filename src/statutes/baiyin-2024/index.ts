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

/** PURE. 白银市民情直通平台诉求办理条例, in force from 2024-12-15 (article 33). */
export const baiyin2024: Statute = {
  slug: 'baiyin-2024',
  title,
  version: '2024-12-15.1',
  status: 'inForce',
  inForceFrom: '2024-12-15',
  words: { platform: '民情直通平台', workOrder: '转办件', requester: '诉求人', unit: '承办单位' },
  numberPrefix: 'BY',
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
