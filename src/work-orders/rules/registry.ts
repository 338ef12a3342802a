import type { Static } from 'typebox'
import { audit } from './audit.ts'
import { classify } from './classify.ts'
import { setConfidentiality } from './confidentiality.ts'
import { disputeDuty, escalate, recordDecision } from './escalation.ts'
import { demandExplanation, explain } from './explanation.ts'
import { applyExtension, decideExtension } from './extension.ts'
import { followUp } from './follow-up.ts'
import * as handling from './handling.ts'
import * as intake from './intake.ts'
import { judge } from './judge.ts'
import { closeForMaterial, reopen, requestMaterial } from './material.ts'
import { declineOnward, handOn, recordReceipt } from './onward.ts'
import { applyOtherLaw } from './other-law.ts'
import { rate } from './rating.ts'
import { addCoUnit, reassign, releaseCoUnit } from './reassign.ts'
import { applyRecusal, checkRelation, decideRecusal, withdrawRecusal } from './recusal.ts'
import { confirmReEvaluation, objectRating, reEvaluate } from './re-evaluation.ts'
import { applySendBack, decideSendBack } from './send-back.ts'
import { split } from './split.ts'
import { answerSupervision, closeSupervision, supervise } from './supervision.ts'
import { supply } from './supply.ts'
import { applyTermination, decideTermination, terminate } from './termination.ts'
import { confirmOnTheWay, handOverByPhone, logUrgentCall } from './urgent.ts'
import type { Rule } from './rule.ts'

/** PURE. Every action on an order by its name in the API, in the order in which screens show them. */
export const rules = {
  accept: intake.accept,
  refuse: intake.refuseOrder,
  dispatch: intake.dispatch,
  supply,
  append: intake.append,
  setConfidentiality,
  merge: intake.merge,
  acknowledge: handling.acknowledge,
  contactRequester: handling.contactRequester,
  feedBack: handling.feedBack,
  stageReport: handling.stageReport,
  applyExtension,
  decideExtension,
  applyOtherLaw,
  applySendBack,
  decideSendBack,
  reassign,
  addCoUnit,
  releaseCoUnit,
  split,
  requestMaterial,
  closeForMaterial,
  reopen,
  classify,
  handOverByPhone,
  logUrgentCall,
  confirmOnTheWay,
  escalate,
  disputeDuty,
  recordDecision,
  supervise,
  answerSupervision,
  closeSupervision,
  demandExplanation,
  explain,
  applyRecusal,
  checkRelation,
  decideRecusal,
  withdrawRecusal,
  audit,
  followUp,
  judge,
  rate,
  objectRating,
  reEvaluate,
  confirmReEvaluation,
  applyTermination,
  decideTermination,
  terminate,
  handOn,
  recordReceipt,
  declineOnward,
} as const

export type ActionName = keyof typeof rules
export type BodyOf<A extends ActionName> = Static<(typeof rules)[A]['body']>

/** An action's name with its body. */
export type Command = { [A in ActionName]: { action: A } & BodyOf<A> }[ActionName]

export const actionNames = Object.keys(rules) as ActionName[]

/** A rule by its name; what its body holds is checked by its schema at the edge. */
export const ruleOf = (action: ActionName): Rule => rules[action]
