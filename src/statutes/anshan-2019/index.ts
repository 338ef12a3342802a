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

/** PURE. 鞍山市群众诉求办理条例 (2019), in force from 2019-12-15 (article 42). */
export const anshan2019: Statute = {
  slug: 'anshan-2019',
  title,
  version: '2019-12-15.2',
  status: 'inForce',
  inForceFrom: '2019-12-15',
  words: { platform: '8890 平台', workOrder: '办理单', requester: '诉求人', unit: '承办单位' },
  numberPrefix: 'AS',
  hotlineNumbers: ['8890', '12345'],
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
