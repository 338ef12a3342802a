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

const life = (title: string): string => integration('life/anshan-draft', title)
const orders = (file: string, title: string): string => unit(`work-orders/${file}`, title)

/** 鞍山市政务服务便民热线条例（草案）. */
export const anshanDraft: Coverage = {
  'ASD-02': [
    law('topics.acceptance.kinds', inWords),
    law('topics.acceptance.requesterKinds', inWords),
    law('topics.acceptance.categories', inWords),
    law('topics.acceptance.aroundTheClock', inWords, 'no opening hours anywhere in the program'),
    law('topics.acceptance.oneSystem', inWords),
    reading(
      'topics.refusal.reasons.outsideCity',
      unit('statutes/triage', 'every ground of refusal says why'),
    ),
  ],
  'ASD-03': [
    law('topics.assessment.mechanism', inWords),
    silent('principles; what follows from them stands in the rows of articles 12 to 20'),
  ],
  'ASD-04': [
    law('topics.assessment.territory', inWords),
    reading('topics.dispatch.escalation', orders('escalation', '鞍山草案第四条')),
    silent('posts, staff and money are the governments’'),
  ],
  'ASD-05': [
    law('topics.assessment.roles', inWords),
    reading('topics.supervision.who', orders('supervision', 'who supervises (C-19)')),
    law('src/base/actor.ts#office', orders('supervision', 'who supervises (C-19)')),
    silent('that the city’s centre guides those of the counties is organisation'),
  ],
  'ASD-06': [
    law('topics.assessment.units', inWords),
    localPolicy('src/units/model.ts#unitKinds', undefined, 'the register of units knows their kinds'),
  ],
  'ASD-08a': [
    law('topics.acceptance.media', inWords),
    law('src/channels/wechat/message.ts', unit('channels/wechat-routes', 'kinds of messages')),
    localPolicy(
      'src/channels/wechat/media.ts',
      integration('channels-wechat', 'too large ones are given up without filling the memory'),
      'files are hashed, kept sealed, and told as gone where they are too large; nothing scans them for viruses',
    ),
  ],
  'ASD-08b': [
    law('topics.rights.protection', inWords),
    law('topics.confidentiality.duty', orders('visibility', 'the matrix')),
    law('src/work-orders/notices.ts#noticesOf', orders('notices', 'neutral words for what is kept secret')),
  ],
  'ASD-08c': [
    law('topics.rights.know', inWords),
    law(
      'src/work-orders/view.ts#progressView',
      integration('progress', 'tells acceptance, progress and due date'),
    ),
    law(
      'topics.rights.explanation',
      orders('explanation', 'is demanded for the requester when no result came'),
    ),
    localPolicy('ASD-D12', added, 'the text gives no limit'),
  ],
  'ASD-09': [
    law('topics.conduct.truth', inWords),
    law('topics.conduct.cooperation', inWords),
    law('topics.material.request', orders('material', '鞍山草案第十二条第二款第（二）项 在规定期限内补齐')),
    silent(
      'truth, respect and a fair rating are the requester’s; article 12 (二) and 14 (四) say what follows',
    ),
  ],
  'ASD-10': [
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
    localPolicy(
      'src/agent-desk/contact-commands.ts#endAbusive',
      integration('desk-commands', 'is ended for abuse only after two warnings'),
    ),
  ],
  'ASD-11a': [
    law(
      'topics.acceptance.elements.requesterContact',
      unit(
        'statutes/anshan-draft',
        '第十一条 第一款 demands the matter, the contact and the wish for secrecy',
      ),
    ),
    law(
      'topics.acceptance.elements.facts',
      unit(
        'statutes/anshan-draft',
        '第十一条 第一款 demands the matter, the contact and the wish for secrecy',
      ),
    ),
    law(
      'topics.acceptance.elements.confidentialityWish',
      unit(
        'statutes/anshan-draft',
        '第十一条 第一款 demands the matter, the contact and the wish for secrecy',
      ),
    ),
    reading(
      'topics.acceptance.timeOfReceipt',
      unit('statutes/anshan-draft', 'quotes what stands in the place'),
    ),
    reading('topics.rights.queryCode', integration('progress', 'tells acceptance, progress and due date')),
    silent('listening and 规范用语 are the agent’s'),
  ],
  'ASD-11b': [
    law('topics.rights.rateAndComplain', inWords),
    localPolicy(
      'src/work-orders/decide.ts#keptOut',
      orders('audit', 'the agent complained about (第二十六条)'),
    ),
  ],
  'ASD-12-0': [
    law('topics.acceptance.onTheSpot', unit('statutes/triage', 'the same matter under each text')),
    law('ASD-D01', counted),
    localPolicy(
      'topics.knowledgeBase.citeOnAnswer',
      integration('work-orders', 'without an item to cite it says what the knowledge base lacks'),
    ),
    law('topics.dispatch.axes', inWords, 'a dispatch keeps why these units'),
    law('topics.dispatch.forward', unit('statutes/anshan-draft-deadlines', '及时准确派发工单')),
    localPolicy('ASD-D02', counted),
    reading('topics.dispatch.whoDecides', orders('decide', 'who may do what')),
  ],
  'ASD-12-1': [
    law('topics.referral.matters.emergency', compared),
    law('topics.referral.numbers', inWords),
    law('topics.referral.incidents', inWords),
    law('topics.referral.incidentNotice', integration('referral', 'go to every department of the class')),
    localPolicy('ASD-D11', added),
    reading('topics.referral.departments', unit('statutes/anshan-draft', 'and why for every reading')),
    localPolicy(
      'topics.referral.liveHandOver',
      unit('referral/decide', 'the agent stays until the far side has taken over'),
    ),
    silent('the emergency mechanism itself is started by the departments that are told'),
  ],
  'ASD-12-2': [
    law('topics.material.request', orders('material', 'waits for the named items until the day')),
    localPolicy('ASD-D03', counted, '规定期限'),
    localPolicy('topics.material.notSupplied', orders('material', 'may be raised again freely')),
    law(
      'src/work-orders/notices.ts#noticesOf',
      orders('notices', 'still says until when material is wanted'),
    ),
  ],
  'ASD-12-3': [
    law('topics.referral.matters.legalProcedure', compared),
    reading('topics.referral.matters.namedReport', compared),
    law('topics.referral.matters.informationDisclosure', compared),
    reading('topics.referral.matters.petitionEntered', compared),
    reading('topics.referral.matters.stateSecret', compared),
    reading('topics.referral.matters.secrecyMatter', compared),
    law('topics.referral.matters.otherAuthority', inWords),
    law(
      'topics.refusal.tellReason',
      unit('statutes/triage', 'every matter says to the requester where to go'),
    ),
  ],
  'ASD-12-4': [
    law(
      'topics.acceptance.repeatedTold',
      life('the same matter without anything new joins the order that runs'),
      'refused until it says what the requester was told, or that he brought something new; of concluded orders, too',
    ),
    reading(
      'topics.acceptance.repeated',
      life('the same matter without anything new joins the order that runs'),
      'linked and counted, no second order',
    ),
  ],
  'ASD-12-5': [reading('topics.referral.matters.beyondDuty', compared)],
  'ASD-12-6': [
    reading('topics.refusal.reasons.unlawful', compared),
    law('topics.conduct.admonition', inWords, 'what was told is on record; no order is made'),
  ],
  'ASD-13a': [
    law('topics.dispatch.leadUnit', unit('statutes/unit-duties', '首接、首问负责')),
    law('topics.dispatch.severalUnits', orders('reassign', 'joins with its own limit')),
    law(
      'topics.handlingLimit.coUnitResult',
      unit('statutes/unit-duties', 'a co-unit has a limit of its own'),
    ),
    localPolicy('ASD-D08', counted, '规定的期限'),
    law(
      'topics.handlingLimit.coUnitLate',
      orders('extension', '第十三条: a co-unit reports reason and stage instead'),
    ),
    localPolicy('topics.supervision.triggers.dutyMissed', orders('supervision', 'what ran out')),
  ],
  'ASD-13b': [
    law('topics.sendBack.fromPlatform', orders('send-back', '鞍山草案第十三条 提供材料申请退回')),
    localPolicy('topics.sendBack.tellRequester', orders('send-back', 'approved: the leg ends')),
    law(
      'topics.supervision.onward.discipline',
      orders('onward', '移送去向、情形和依据'),
      '多次无理由退转: by two groundless applications on record',
    ),
  ],
  'ASD-14-1': [
    law('topics.handlingLimit.firstContact', unit('statutes/unit-duties', '及时联系诉求人')),
    localPolicy('ASD-D04', counted),
  ],
  'ASD-14-2': [
    law('topics.handlingLimit.unsolvable', inWords, 'what the unit told is on record; no clock and no check'),
    law('topics.timeExtension.tells', orders('extension', '鞍山草案第十五条第二款 累计不超过两个月')),
    law(
      'topics.timeExtension.alsoTold',
      life('waits for material, is sent back with papers, extended under the cap'),
      'each extension that comes into force is told to those who wear the department’s role, who take note of it',
    ),
  ],
  'ASD-14-3': [
    law(
      'topics.handlingLimit.feedback',
      unit('statutes/unit-duties', 'both feedbacks: the requester and the platform'),
    ),
    localPolicy(
      'topics.audit.standard',
      orders('audit', '鞍山草案第十六条 跟踪或者退回继续办理'),
      '意见: a point of the audit',
    ),
  ],
  'ASD-14-4': [
    law('topics.termination.grounds.noCooperation', orders('termination', '提交证明材料，经审核后终止办理')),
    law(
      'topics.termination.grounds.outOfReach',
      life('ends by proof and audit where the requester cannot be reached'),
    ),
  ],
  'ASD-15-1': [
    law('topics.handlingLimit.handle', unit('statutes/anshan-draft-deadlines', '第十五条')),
    law('ASD-D05', counted),
    law('topics.handlingLimit.otherLaw', orders('other-law', '从其规定 (鞍山 2019 第二十二条第一款, A-22)')),
    reading('topics.dispatch.delivery', unit('statutes/anshan-draft', 'and why for every reading')),
    reading('topics.supervision.triggers.overdue', orders('supervision', '未办理 is not started as well')),
  ],
  'ASD-15-2': [
    law('topics.timeExtension.apply', orders('extension', '在办结时限内: after an extension a further one')),
    law('ASD-D06', counted),
    law('topics.timeExtension.atMost', orders('extension', '鞍山草案第十五条第二款 累计不超过两个月')),
    law('ASD-D07', counted),
    law(
      'topics.timeExtension.tells',
      life('waits for material, is sent back with papers, extended under the cap'),
    ),
    localPolicy('topics.timeExtension.approver', life('waits for material, is sent back with papers')),
    reading(
      'topics.timeExtension.whileUndecided',
      orders('extension', 'the old due date stands until approval'),
    ),
    localPolicy(
      'src/work-orders/staff-notices.ts#staffNoticesOf',
      life('an application that nobody answers reaches those who have to answer it'),
      'one working day to answer, then the approvers are told (A-30)',
    ),
  ],
  'ASD-16': [
    law('topics.audit.duty', orders('audit', '鞍山草案第十六条 跟踪或者退回继续办理')),
    law('topics.audit.belowStandard', orders('audit', 'lets a result below the standard be tracked')),
    localPolicy('topics.audit.standard', orders('audit', '鞍山草案第十六条 跟踪或者退回继续办理')),
    reading('topics.audit.failed', unit('statutes/anshan-draft', '第十六条 lets the old clock go on')),
  ],
  'ASD-17': [
    law('topics.followUp.channels', inWords),
    reading('topics.followUp.coverage', orders('follow-up', '白银第十七条、草案第十七条 回访的范围')),
    law('topics.rating.indicators', unit('analysis/indicators', 'of %s: %s is the statute’s own by %s')),
    law('topics.rating.dimensions', inWords, 'what he says of process and result is kept in his own words'),
  ],
  'ASD-18': [
    law('topics.supervision.means', orders('supervision', '鞍山草案 第十八条 三种方式')),
    reading('topics.supervision.levels', orders('supervision', '鞍山草案 第十八条 三种方式')),
  ],
  'ASD-19': [
    reading('topics.supervision.triggers.overdue', orders('supervision', '未办理 is not started as well')),
    law('topics.supervision.triggers.repeated', inWords),
    law('topics.supervision.triggers.refusesToReceive', inWords),
    law(
      'topics.supervision.triggers.knowledge',
      integration('knowledge-duties', 'an error left standing becomes a matter'),
    ),
    law('topics.supervision.triggers.other', inWords),
    localPolicy(
      'topics.supervision.triggers.repeatedBySame',
      integration('work-orders-oversight', '第（二）项 多次: the third contact opens it'),
      '多次: three times in thirty days',
    ),
    localPolicy(
      'topics.supervision.triggers.repeatedByMany',
      integration('work-orders-oversight', '第（二）项 集中: ten people with one trouble'),
      '集中: ten people in seven days',
    ),
  ],
  'ASD-20': [
    law('topics.supervision.onward.discipline', orders('onward', '移送去向、情形和依据')),
    law('src/work-orders/rules/onward.ts#factsOf', orders('onward', 'needs facts on record')),
    law(
      'src/work-orders/dossier.ts#dossierOf',
      integration('work-orders-closing', '纪委监委 with its dossier'),
    ),
    silent('及时 has no clock: that a case is grave is somebody’s judgement, which nobody records before'),
  ],
  'ASD-21-0': [
    law(
      'topics.knowledgeBase.build',
      integration('knowledge', 'marks a stale item, puts it last and refuses to cite it'),
    ),
  ],
  'ASD-21-1': [
    law(
      'topics.knowledgeBase.holdings',
      integration('knowledge-duties', 'and delivers what the article lists'),
    ),
    law(
      'topics.knowledgeBase.keeper',
      integration('knowledge-duties', 'each unit names who looks after its items'),
    ),
  ],
  'ASD-21-2': [
    law(
      'topics.knowledgeBase.uploadBeforePublication',
      integration('knowledge-policies', 'uploaded one working day before publication'),
    ),
    law('ASD-D09', counted),
    law('topics.knowledgeBase.uploadExempt', integration('knowledge-policies', 'frees a policy that is %s')),
    localPolicy(
      'src/knowledge-base/duties/policies.ts#supportMissing',
      undefined,
      '培训或者解读: shown where neither is there',
    ),
  ],
  'ASD-21-3': [
    law('topics.knowledgeBase.answerLines', integration('knowledge', 'an answer line about nothing')),
    silent('及时 has no clock: that a topic becomes hot is nobody’s event'),
  ],
  'ASD-21-4': [
    law('topics.knowledgeBase.templates', integration('knowledge', 'serves templates per kind of matter')),
  ],
  'ASD-21-5': [
    law(
      'topics.knowledgeBase.errorCorrection',
      integration('knowledge-duties', 'starts the clock when the unit receives'),
    ),
    law('ASD-D10', counted),
    law(
      'topics.knowledgeBase.supervised',
      integration('knowledge-duties', 'an error left standing becomes a matter'),
    ),
  ],
  'ASD-22a': [
    law('topics.dataUse.analysis', unit('analysis/indicators', '%s: to analyse by %s, to assess by %s')),
    law('topics.dataUse.reportsTo', unit('analysis/indicators', '%s: reports go to %s')),
    law('topics.dataUse.sharing', inWords),
    localPolicy(
      'src/exchange/decide.ts#concernsOf',
      integration('exchange', '草案第二十二条, local policy here: shows orders of the shared kinds'),
      'with 行政执法监督: which kinds and categories it sees is configured',
    ),
  ],
  'ASD-22b': [
    law('topics.dataUse.campaigns', inWords),
    localPolicy(
      'src/analysis/model.ts#warningOutcomes',
      integration('analysis-warnings', 'and closed with its result'),
      '专项治理 and 专题研究 are results of a warning; they are carried out by the governments',
    ),
  ],
  'ASD-23': [
    law(
      'topics.confidentiality.accessControl',
      integration('staff-administration', 'cannot be changed or emptied'),
    ),
    law('topics.confidentiality.dataSecurity', inWords),
    law('topics.dataUse.security', inWords),
    law('src/work-orders/looking.ts#createLooking', integration('staff-administration', 'when and why')),
  ],
  'ASD-24': [
    silent('training, shadowing and exchange of experience are organised by people'),
    localPolicy(
      'src/queue/choose-agent.ts',
      integration('staff-administration', 'let a team lead change what his agents can do'),
      'what an agent can do is on his record and decides what he is given',
    ),
  ],
  'ASD-25': [
    silent(
      '网格化管理 is the work of townships and subdistricts; the program keeps the place of every matter and no grid',
    ),
  ],
  'ASD-25-1': [silent('民主协商 is held by townships and subdistricts outside the program')],
  'ASD-26': [
    law(
      'topics.dispatch.withoutOwner',
      inWords,
      'encouraged, so nothing is demanded; no mark for matters without an owner (not built)',
    ),
  ],
  'ASD-28': [
    law('topics.assessment.accountability', inWords),
    law('src/accountability/decide.ts#judge', unit('accountability/model', '责任追究的情形')),
  ],
  'ASD-29': [
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
    law('topics.conduct.police', inWords, 'the hotline itself punishes nobody'),
    law(
      'src/work-orders/dossier.ts#dossierOf',
      integration('work-orders-closing', '纪委监委 with its dossier'),
    ),
  ],
  'ASD-30': [
    law(
      'src/statutes/anshan-draft/index.ts#inForceFrom',
      unit('statutes/anshan-draft', '第三十条 leaves its day blank'),
      'shown as a draft everywhere',
    ),
  ],
}
