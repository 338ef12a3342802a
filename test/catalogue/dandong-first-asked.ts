import {
  added,
  compared,
  counted,
  integration,
  inWords,
  law,
  localPolicy,
  reading,
  silent,
  unit,
  type Coverage,
} from './coverage.ts'

const life = (title: string): string => integration('life/dandong-first-asked', title)
const data = (title: string): string => unit('statutes/dandong-first-asked', title)
const orders = (file: string, title: string): string => unit(`work-orders/${file}`, title)

/** 丹东市8890“首问责任制”管理办法（征求意见稿）. */
export const dandongFirstAsked: Coverage = {
  'DD-02': [
    law('topics.acceptance.sources', inWords),
    law('topics.acceptance.sourceChannels.minxin', inWords),
    law('topics.acceptance.sourceChannels.stateCouncilBoard', inWords),
    law('topics.acceptance.sourceChannels.mayorBoard', inWords),
    law('src/matters/decide/entry.ts#sourceOf', unit('matters/entry', 'where a matter comes from')),
    law('topics.acceptance.oneSystem', inWords),
    law(
      'topics.dataUse.functions',
      inWords,
      'what follows from the six functions stands in the rows of their articles',
    ),
    silent('the numbers 8890000 and 12345 are configured at the trunk'),
  ],
  'DD-03': [
    law('topics.assessment.roles', inWords),
    law('topics.dataUse.bigData', unit('analysis/indicators', '%s: to analyse by %s, to assess by %s')),
    silent('planning, building and running the platform is 市营商局’s'),
  ],
  'DD-04': [
    localPolicy('topics.dispatch.unitLeaders', orders('reassign', 'and warns of a unit without leaders')),
    law('topics.assessment.leaders', inWords),
    law('topics.assessment.unitDuties', inWords),
    law(
      'topics.assessment.experts',
      unit('knowledge/rights', 'an expert of a unit who answers at the centre reads as an agent'),
    ),
    law('topics.knowledgeBase.holdings', inWords),
    law(
      'topics.knowledgeBase.build',
      integration('knowledge', 'marks a stale item, puts it last and refuses to cite it'),
    ),
  ],
  'DD-07': [
    law('topics.acceptance.categories', inWords),
    reading('topics.acceptance.kinds', inWords),
    reading('topics.acceptance.elements.category', data('in Chinese, with a reason for every reading')),
  ],
  'DD-08-1': [law('topics.referral.matters.notAdministrative', compared)],
  'DD-08-2': [
    reading('topics.referral.matters.namedReport', data('of disciplinary matters nothing is kept')),
    reading(
      'src/work-orders/registrar.ts#keepsSubstance',
      integration('work-orders', 'keeps nothing of the substance of a named report'),
    ),
  ],
  'DD-08-3': [
    law('topics.referral.matters.emergency', compared),
    law('topics.referral.numbers', data('第八条 第（三）项 names five lines, and 122 is none of them')),
    localPolicy(
      'topics.referral.liveHandOver',
      unit('referral/decide', 'the agent stays until the far side has taken over'),
    ),
  ],
  'DD-08-4': [
    law('topics.referral.matters.civilDispute', compared),
    law('topics.referral.matters.legalProcedure', data('only what has entered a procedure')),
    law('topics.referral.matters.petitionEntered', compared),
    reading('topics.referral.matters.disciplineEntered', compared),
    silent('what has not entered a procedure: the text says nothing, so it is accepted'),
  ],
  'DD-09': [
    law('topics.refusal.reasons.vague', compared),
    law('topics.refusal.reasons.repeated', compared),
    law('topics.refusal.reasons.malicious', compared),
    law('topics.refusal.reasons.distorted', compared),
    law('topics.refusal.reasons.concluded', compared),
    reading(
      'topics.acceptance.repeated',
      orders('decide', '第二十五条第（二）项 重复反映'),
      'linked and counted all the same',
    ),
  ],
  'DD-10-0': [
    law(
      'topics.dispatch.directContact',
      integration('direct-contacts', '第十条 (丹东): the unit asked directly is 首问责任部门'),
    ),
    law(
      'src/matters/decide/direct.ts#firstAsked',
      integration('direct-contacts', 'as an order that it leads itself'),
    ),
  ],
  'DD-10-1': [
    law('topics.dispatch.directContact', integration('direct-contacts', '(一) answers a consultation soon')),
    localPolicy('DD-D15', added, '尽快'),
    law(
      'topics.referral.tellsOfOtherDuty',
      integration('direct-contacts', '(一) guides and helps where it is not its own'),
    ),
  ],
  'DD-10-2': [
    law(
      'src/matters/decide/direct.ts#termOfDirect',
      integration('direct-contacts', '(二) registers what cannot be done at once'),
    ),
    localPolicy('DD-D16', added, '规定时限: no clock while the platform has set none, and it says so'),
  ],
  'DD-10-3': [
    law(
      'topics.dispatch.leadUnit',
      integration('direct-contacts', '(三) leads where several departments share it'),
    ),
    law(
      'src/work-orders/rules/intake.ts#askedDirectly',
      integration('direct-contacts', '(三) is its own work, under its own role'),
      'the unit asked first takes it in, leads, and asks others to help, as a unit',
    ),
    localPolicy(
      'topics.dispatch.accusedUnit',
      integration('direct-contacts', 'never leads an order about a complaint against itself'),
    ),
  ],

  'DD-12-0': [
    law('topics.acceptance.sourceChannels.letter', inWords),
    law('topics.assessment.responsibleAgent', inWords),
    reading('topics.dispatch.whoDecides', orders('decide', 'who may do what')),
    law('topics.acceptance.decide', unit('statutes/vectors', '及时受理')),
    localPolicy('DD-D12', added, '及时'),
  ],
  'DD-12-1': [
    law('topics.acceptance.onTheSpot', unit('statutes/triage', 'the same matter under each text')),
    law('DD-D14', added),
    reading(
      'topics.knowledgeBase.citeOnAnswer',
      integration('work-orders', 'without an item to cite it says what the knowledge base lacks'),
      'refused without an item; where there is none, what is lacking is said and reported to its unit',
    ),
  ],
  'DD-12-2': [
    law(
      'topics.dispatch.axes',
      data('in Chinese, with a reason for every reading'),
      'a dispatch keeps why this unit',
    ),
    law(
      'topics.acceptance.elements.facts',
      data('第十二条 第（四）项 asks for place and course, not for identity'),
    ),
    law('topics.dispatch.forward', life('is telephoned, acknowledged late, made 疑难 in time')),
    localPolicy('DD-D13', added, '及时'),
  ],
  'DD-12-3': [
    law('topics.refusal.tellReason', data('第九条: five grounds of non-acceptance')),
    law(
      'topics.refusal.tellOtherChannel',
      unit('statutes/triage', 'every ground of refusal says why and names another way'),
    ),
    law('DD-D01', counted),
  ],
  'DD-12-4': [
    law('topics.refusal.reasons.cannotBeHandled', compared),
    law(
      'topics.material.notSupplied',
      orders('material', '丹东 第十二条第（四）项 不能提供地点、时间、经过'),
    ),
    law(
      'topics.acceptance.elements.place',
      data('第十二条 第（四）项 asks for place and course, not for identity'),
    ),
  ],
  'DD-12-5': [
    law('topics.assessment.assignmentRules', inWords),
    localPolicy(
      'src/dispatch-directory/model.ts#matchOf',
      integration('dispatch-directory', 'suggests by words, place and category'),
      '派单目录: the platform’s own rules of forwarding',
    ),
    law(
      'topics.assessment.responsibleAgent',
      inWords,
      'who registered and who forwarded stands on the events of the order',
    ),
  ],
  'DD-13-0': [
    law(
      'topics.handlingLimit.feedback',
      unit('statutes/unit-duties', 'both feedbacks: the requester and the platform'),
    ),
  ],
  'DD-13-1': [
    law(
      'topics.handlingLimit.acknowledge',
      unit('statutes/unit-duties', '第（一）项: acknowledged after a working day is 超期接收'),
    ),
    law('DD-D02', counted),
    localPolicy(
      'src/analysis/decide/indicators.ts',
      unit(
        'analysis/indicators',
        '丹东 第十三条第（一）项: late receipt is measured against one working day',
      ),
      'counted for assessment',
    ),
  ],
  'DD-13-2a': [
    law(
      'topics.handlingLimit.handle',
      unit('statutes/unit-duties', '第（二）项: %s has the limit %s and no other'),
    ),
    law('DD-D03', counted),
    law('topics.dispatch.classes', inWords),
    reading(
      'topics.dispatch.delivery',
      unit('statutes/unit-duties', 'is 超期接收 and moves no handling limit'),
    ),
  ],
  'DD-13-2b': [
    law(
      'topics.handlingLimit.handle',
      unit('statutes/unit-duties', '第（二）项: %s has the limit %s and no other'),
    ),
    law('DD-D04', counted),
  ],
  'DD-13-2c': [
    law(
      'topics.handlingLimit.handle',
      unit('statutes/unit-duties', '第（二）项: %s has the limit %s and no other'),
    ),
    law('DD-D05', counted),
    reading('src/work-orders/rules/classify.ts#classify', orders('classify', '办理类别 (A-14)')),
    law('topics.supervision.triggers.overdue', orders('supervision', 'what ran out')),
  ],
  'DD-13-3': [
    law(
      'topics.timeExtension.apply',
      orders('extension', '在办理时限届满前: exactly at the due date is late'),
    ),
    law('DD-D06', counted),
    law(
      'topics.timeExtension.atMost',
      orders('extension', '丹东 第十三条第（三）项 延期不得超过十五个工作日'),
    ),
    law('DD-D07', counted),
    law('topics.timeExtension.tells', life('extensions of fifteen working days in all')),
    localPolicy('topics.timeExtension.approver', life('extensions of fifteen working days in all')),
    reading(
      'topics.timeExtension.whileUndecided',
      orders('extension', 'the old due date stands until approval'),
    ),
  ],
  'DD-13-4': [
    law(
      'topics.handlingLimit.resultParts',
      unit('statutes/unit-duties', '第（四）项: every part of the report'),
    ),
    law(
      'topics.handlingLimit.policySource',
      unit('statutes/unit-duties', '第（四）项: every part of the report'),
    ),
    silent('a report on paper in special cases comes outside the program and is typed in'),
  ],
  'DD-13-5': [
    law('topics.dispatch.leadUnit', unit('statutes/unit-duties', '首接、首问负责')),
    law('topics.dispatch.severalUnits', orders('reassign', 'joins with its own limit')),
  ],
  'DD-13-6': [
    law('topics.sendBack.fromPlatform', orders('send-back', '丹东 第十三条第（六）项 原则上不允许退件')),
    law('DD-D08', counted),
    law(
      'topics.sendBack.dispute',
      orders('send-back', 'the centre follows the papers and gives no verdict of its own'),
    ),
    localPolicy('topics.sendBack.tellRequester', life('sent back only with all three papers')),
  ],
  'DD-13-7': [
    law(
      'topics.handlingLimit.feedback',
      unit('statutes/unit-duties', 'both feedbacks: the requester and the platform'),
    ),
  ],
  'DD-14': [
    law('topics.followUp.coverage', orders('follow-up', '丹东第十四条 电话回访抽查核实')),
    law('topics.followUp.channels', orders('follow-up', 'only by telephone')),
    localPolicy('topics.followUp.rate', data('第十四条: a sample; its share is the centre’s'), 'a fifth'),
  ],
  'DD-15': [
    law('topics.assessment.ownMethod', inWords),
    law('DD-D10', counted),
    law(
      'src/units/decide.ts#methodClock',
      unit('statutes/unit-duties', '丹东 第十五条 自本办法下发之日起一个月内备案'),
    ),
    localPolicy(
      'src/units/service.ts#remindMs',
      integration('units', 'is reminded of a week before its day and told when it is late'),
    ),
  ],
  'DD-16': [
    reading('topics.supervision.who', orders('supervision', 'who supervises (C-19)')),
    law('topics.supervision.triggers.overdue', orders('supervision', 'what ran out')),
    law(
      'topics.supervision.triggers.untrueResult',
      orders('follow-up', '第十六条: a result that turns out untrue'),
    ),
    law('topics.supervision.triggers.procedure', inWords),
    law('topics.supervision.means', orders('supervision', '丹东 第十六条 一次督办、二次督办')),
    law('topics.supervision.levels', orders('supervision', '丹东 第十六条 一次督办、二次督办')),
    law('topics.supervision.answer', orders('supervision', 'the second is answered with the signature')),
    localPolicy('DD-D17', added, 'named by each slip'),
  ],
  'DD-17': [
    law('topics.dispatch.urgentSituations', inWords),
    law('topics.dispatch.urgentHandOver', orders('urgent', '丹东 第十七条 除派发工单外以电话方式交办')),
    localPolicy('DD-D09', counted, '立即: thirty minutes'),
    localPolicy(
      'src/work-orders/rules/urgent.ts#nextToCall',
      orders('urgent', 'whom to call next'),
      'not answered: the next contact, then the leader',
    ),
  ],
  'DD-18': [
    law('topics.supervision.onward.petitionOffice', orders('onward', '丹东第十八条 移交信访部门协调处理')),
    law(
      'src/work-orders/rules/onward.ts#handOn',
      orders('onward', 'moves the matter itself, and the requester is told'),
    ),
  ],
  'DD-19': [
    law('topics.supervision.onward.specialReport', orders('escalation', '丹东 第十九条 专报')),
    law(
      'topics.dispatch.escalation',
      orders('escalation', 'the unit’s own report to the city leader in charge'),
    ),
  ],
  'DD-20': [
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
    law(
      'topics.conduct.numberHandling',
      unit('statutes/requester-duties', '丹东 第二十条 经 8890 平台研究后'),
    ),
    law(
      'src/integrity-file/measures.ts#createMeasures',
      integration('integrity-file', 'is served last after study and second person'),
    ),
    localPolicy(
      'topics.conduct.emergencyStaysOpen',
      integration('integrity-file', 'leaves an emergency first: whoever is in danger'),
      'served last and never dropped; the emergency key stays open; for at most 180 days, with a way to object',
    ),
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
  ],
  'DD-21': [
    law('topics.confidentiality.duty', orders('visibility', 'the matrix')),
    law('topics.confidentiality.protects', data('第二十一条 protects name, telephone, home and IP')),
    localPolicy('topics.dispatch.accusedUnit', orders('reassign', 'never goes to the accused')),
    localPolicy('topics.confidentiality.accessControl', integration('staff-administration', 'when and why')),
  ],
  'DD-22': [
    law('topics.assessment.accountability', inWords),
    law('src/accountability/decide.ts#judge', unit('accountability/model', '责任追究的情形')),
    law('topics.supervision.onward.discipline', orders('onward', '移送去向、情形和依据')),
    law('topics.assessment.leaks', inWords),
  ],
  'DD-23': [
    law('topics.supervision.onward.clues', orders('onward', '移送去向、情形和依据')),
    law(
      'topics.assessment.repeatedAccountability',
      unit('accountability/model', '丹东第二十三条第（四）项 一年之内被责任追究二次以上'),
    ),
    law('DD-D11', counted),
    reading(
      'src/accountability/model.ts#counted',
      unit('accountability/model', 'never resets with the calendar year'),
    ),
  ],
  'DD-24': [
    law('topics.assessment.mitigation', inWords),
    law(
      'src/accountability/decide.ts#judgeMitigation',
      unit('accountability/model', '丹东第二十四条: four reasons to be lighter'),
    ),
  ],
  'DD-26': [
    law(
      'src/statutes/dandong-first-asked/index.ts#inForceFrom',
      data('is found by slug and by the ids of its terms'),
      'a consultation text without a date; shown as such everywhere',
    ),
  ],
}
