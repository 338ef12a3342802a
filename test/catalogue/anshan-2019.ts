import {
  compared,
  counted,
  integration,
  inWords,
  law,
  localPolicy,
  reading,
  silent,
  telephony,
  unit,
  type Coverage,
} from './coverage.ts'

const life = (title: string): string => integration('life/anshan-2019', title)
const orders = (file: string, title: string): string => unit(`work-orders/${file}`, title)

/** 鞍山市群众诉求办理条例 (2019). */
export const anshan2019: Coverage = {
  'AS19-02': [
    law('topics.acceptance.kinds', inWords),
    law('topics.acceptance.requesterKinds', inWords),
    law('src/work-orders/elements.ts#kindOf', orders('decide', '第十八条第（一）项 补充要素')),
    reading('topics.acceptance.elements.place', orders('clocks', '第十八条 办理单的要素')),
    reading(
      'topics.refusal.reasons.outsideCity',
      orders('decide', '不予受理 (第二条、第六条、第十条、第十二条)'),
    ),
  ],
  'AS19-03': [
    law(
      'topics.dispatch.axes',
      inWords,
      'a dispatch keeps its basis; the directory finds units by both axes',
    ),
    localPolicy(
      'src/dispatch-directory/model.ts#matchOf',
      integration('dispatch-directory', 'suggests by words, place and category'),
      '派单目录: suggested, never forced',
    ),
    law(
      'topics.assessment.standard',
      unit('analysis/indicators', '第三条第一款: satisfaction is the only standard'),
    ),
    localPolicy(
      'src/work-orders/rules/rating.ts#starsOf',
      orders('rating', 'quality %i and satisfaction %i give %i'),
      'half a star goes to the side of the requester',
    ),
    silent(
      '统一受理、分级负责、高端督办、群众监督 are principles; what follows from them stands in the rows of articles 6, 24, 25 and 11',
    ),
  ],
  'AS19-04': [
    law('topics.assessment.roles', inWords),
    law('src/base/actor.ts#roles', orders('decide', 'who may do what')),
    localPolicy(
      'src/work-orders/store.ts#insertAttempt',
      integration('work-orders-life', 'refuses an action on an old sight, and records every refused attempt'),
      'what the role may not do is refused and kept on record; every event carries the role',
    ),
    silent('decisions of the 委员会 and the 细则 of its office are made outside the program'),
  ],
  'AS19-05a': [
    law('topics.acceptance.sourceChannels.province', inWords),
    law('topics.acceptance.sourceChannels.station', inWords),
    law('src/matters/decide/entry.ts#sourceOf', unit('matters/entry', 'where a matter comes from')),
    silent('posts, staff and guidance between platforms are organisation'),
  ],
  'AS19-05b': [
    law('topics.assessment.territory', inWords),
    localPolicy('src/units/model.ts#unitKinds', undefined, 'the register of units knows their kinds'),
    law('topics.dispatch.escalation', orders('escalation', 'goes up rung by rung'), 'no unit: it goes up'),
  ],
  'AS19-06': [
    law('topics.acceptance.categories', inWords),
    law('src/work-orders/elements.ts#categoryOf', orders('decide', '第十八条第（一）项 补充要素')),
    reading('topics.refusal.reasons.notPublicMatter', compared),
  ],
  'AS19-06b': [
    law('topics.acceptance.oneSystem', inWords),
    law('topics.acceptance.sourceChannels.line12345', inWords),
    law('topics.acceptance.sourceChannels.minxin', inWords),
    law('topics.acceptance.sourceChannels.mayorMailbox', inWords),
    reading('topics.acceptance.repeated', orders('decide', '第二十五条第（二）项 重复反映')),
    law(
      'src/matters/service.ts#createMatters',
      integration('matters', '第六条第二款: other channels are managed inside one system'),
    ),
    localPolicy(
      'src/matters/service.ts#first',
      integration('matters', 'answers a second entry of a source number with the first order'),
      'the same matter by two channels is one',
    ),
  ],
  'AS19-07': [
    law('topics.referral.numbers', inWords),
    law('topics.referral.utilities', inWords, 'named; the city enters their numbers in its table'),
    law('topics.referral.matters.emergency', compared),
    law('topics.referral.matters.utility', inWords),
    law('topics.referral.matters.otherChannel', inWords),
    localPolicy(
      'topics.referral.liveHandOver',
      unit('referral/decide', '第七条 紧急求助: the agent stays until the far side has taken over'),
      'a number read out is not enough',
    ),
  ],
  'AS19-08': [
    localPolicy(
      'topics.dispatch.unitLeaders',
      orders('decide', '第八条 领导责任制'),
      'a unit without names is warned of, never left out',
    ),
    law('topics.assessment.leaders', inWords),
    silent('full and direct responsibility of leaders is theirs; the register keeps who they are'),
  ],
  'AS19-09': [
    law('topics.acceptance.careGroups', inWords),
    law(
      'src/work-orders/rules/supply.ts#judgeRequester',
      integration('desk-offers', 'brings everything about the caller before the first word'),
      'by the requester’s own statement; the agent sees it before he speaks',
    ),
    localPolicy(
      'src/contacts/model.ts#creditOf',
      'test/unit/contacts/credits.test.ts > somebody old, under age or disabled',
      'ten minutes of waiting are credited; the text names no step',
    ),
  ],
  'AS19-10a': [
    law('topics.rights.know', life('is accepted, dispatched, paused, extended, audited')),
    law(
      'src/work-orders/view.ts#progressView',
      integration('progress', 'tells acceptance, progress and due date'),
    ),
    law('src/work-orders/notices.ts#noticesOf', orders('notices', '第十条第一款 the requester learns')),
    localPolicy('topics.rights.queryCode', integration('progress', 'says the same of wrong digits')),
  ],
  'AS19-10b': [
    law(
      'topics.rights.explanation',
      orders('explanation', 'is demanded for the requester when no result came'),
    ),
    localPolicy('AS19-D12', counted, 'the text gives no limit'),
    localPolicy(
      'topics.supervision.triggers.dutyMissed',
      orders('explanation', 'unanswered becomes supervision'),
      'silence of the unit is supervised',
    ),
  ],
  'AS19-11': [
    law('topics.rights.rateAndComplain', inWords),
    law('topics.rating.dimensions', orders('rating', 'and the four dimensions of 第十一条')),
    law(
      'src/work-orders/decide.ts#keptOut',
      orders('audit', 'the agent complained about (第二十六条)'),
      'who is complained about neither reads nor handles it',
    ),
  ],
  'AS19-12': [
    law('topics.conduct.truth', inWords),
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
    reading('topics.refusal.reasons.notLawful', compared),
  ],
  'AS19-13': [
    law('topics.conduct.abuse', inWords),
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
    localPolicy(
      'src/agent-desk/contact-commands.ts#endAbusive',
      integration('desk-commands', 'is ended for abuse only after two warnings'),
      'the text says nothing of ending a call',
    ),
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
  ],
  'AS19-14': [
    law('topics.conduct.lawfulMeans', inWords),
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
  ],
  'AS19-15': [
    law(
      'topics.conduct.cooperation',
      orders('termination', '鞍山 2019 第十五条、丹东 没有终止办理'),
      'no right to end the matter follows',
    ),
    localPolicy(
      'src/work-orders/rules/handling.ts#contactRequester',
      undefined,
      'tries to reach him are on record',
    ),
  ],
  'AS19-16': [
    law(
      'topics.acceptance.aroundTheClock',
      telephony('dialplan-native', 'offers a call back and takes a message'),
    ),
    law(
      'src/contacts/intake.ts#createIntake',
      integration('channels-inbound', 'while PostgreSQL is down'),
      'no opening hours anywhere; what the machine cannot take now is kept and answered',
    ),
    silent('that people are there at night is the duty roster’s'),
  ],
  'AS19-17': [
    law('topics.disclosure.items', inWords),
    law(
      'src/disclosure/decide/process.ts#processOf',
      unit('analysis/disclosure', '鞍山 第十七条第（一）项: tells ten categories'),
    ),
    law(
      'src/disclosure/publications.ts#createPublications',
      integration('disclosure', '第（二）项、第（三）项: only published figures'),
    ),
    localPolicy(
      'src/disclosure/decide/guard.ts',
      unit('analysis/disclosure', '第三十九条第（五）项: the guard of public cases'),
      'what would tell who somebody is does not get out',
    ),
  ],
  'AS19-18': [
    law('topics.acceptance.elements.requesterName', orders('clocks', '第十八条 办理单的要素')),
    law('topics.acceptance.elements.requesterAddress', orders('clocks', '第十八条 办理单的要素')),
    law('topics.acceptance.elements.requesterContact', orders('clocks', '第十八条 办理单的要素')),
    law('topics.acceptance.elements.facts', orders('clocks', '第十八条 办理单的要素')),
    law(
      'src/work-orders/view.ts#orderView',
      integration('work-orders-routes', 'lists and shows clocks, events and what may be done'),
      'acceptance, handling, supervision, times, result, feedback, follow-up',
    ),
    reading(
      'topics.acceptance.withoutIdentity',
      integration('work-orders', 'keeps an incomplete order, says what is missing'),
    ),
  ],
  'AS19-19': [
    reading(
      'topics.knowledgeBase.citeOnAnswer',
      integration('work-orders', '第十九条: without an item to cite it says what the knowledge base lacks'),
      'refused without an item; where there is none, what is lacking is said and reported to its unit',
    ),
    silent('listening, 规范用语 and patience are the agent’s; the form and the knowledge base help him'),
  ],
  'AS19-20-1': [
    law(
      'topics.acceptance.onTheSpot',
      integration('work-orders', '第二十条第（一）项: cites the knowledge item'),
    ),
    law('AS19-D01', counted),
  ],
  'AS19-20-2a': [
    law('topics.acceptance.decide', orders('decide', '第二十条第（二）项 受理与转办')),
    law('AS19-D02', orders('clocks', '第二十条第（二）项: three working days from when it was raised')),
    reading('topics.refusal.tellReason', orders('decide', '不予受理 (第二条、第六条、第十条、第十二条)')),
    localPolicy(
      'topics.refusal.tellOtherChannel',
      orders('decide', 'names another channel even where the agent did not'),
    ),
  ],
  'AS19-20-2b': [
    law('topics.dispatch.forward', orders('decide', 'dispatches an accepted one to one lead unit')),
    law(
      'AS19-D03',
      orders('clocks', 'acceptance stops that clock and starts two working days for forwarding'),
    ),
    law('src/work-orders/notices.ts#noticesOf', orders('notices', 'the unit with its limit')),
  ],
  'AS19-20-3': [
    law('topics.referral.incidents', inWords),
    law('topics.referral.incidentNotice', integration('referral', 'go to every department of the class')),
    localPolicy('AS19-D04', integration('referral', 'are repeated until somebody answers')),
    localPolicy(
      'topics.referral.departments',
      integration('referral', 'go to every department of the class'),
    ),
  ],
  'AS19-20-4': [
    law('topics.dispatch.petitionLegs', orders('decide', '第二十条第（四）项 信访两个去向')),
    law(
      'src/work-orders/rules/intake.ts#judgePetition',
      life('a petition goes to its handler and to the petition office at once'),
    ),
  ],
  'AS19-20-5': [
    law('topics.referral.matters.legalProcedure', compared),
    localPolicy('AS19-D05', counted, '及时: in the same contact'),
  ],
  'AS19-20-6': [
    reading(
      'topics.referral.matters.namedReport',
      unit('statutes/anshan-2019', 'keeps no substance of a named report'),
    ),
    reading(
      'src/work-orders/registrar.ts#keepsSubstance',
      integration('work-orders', '第二十条第（六）项: keeps nothing of the substance'),
    ),
  ],
  'AS19-21': [
    law(
      'topics.handlingLimit.feedback',
      unit('statutes/unit-duties', 'both feedbacks: the requester and the platform'),
    ),
  ],
  'AS19-22-1': [
    law('topics.handlingLimit.handle', orders('clocks', '第二十二条: every unit has five working days')),
    law('AS19-D06', counted),
    law('topics.handlingLimit.otherLaw', orders('other-law', '从其规定 (鞍山 2019 第二十二条第一款, A-22)')),
    reading('topics.dispatch.delivery', orders('clocks', '第二十二条: every unit has five working days')),
    law('topics.supervision.triggers.overdue', life('an overdue order is supervised by itself')),
  ],
  'AS19-22-2': [
    law('topics.timeExtension.apply', orders('extension', '鞍山 2019 第二十二条第二款 五个工作日内申请延期')),
    law('AS19-D07', counted),
    law('topics.timeExtension.tells', orders('extension', 'does not ask for a basis')),
    law('topics.timeExtension.atMost', orders('extension', '一般不超过两个月')),
    law('AS19-D08', counted),
    localPolicy('topics.timeExtension.approver', orders('extension', 'is not answered by the unit')),
    localPolicy('topics.timeExtension.beyondCap', orders('extension', 'a day more waits for the office')),
    reading(
      'topics.timeExtension.whileUndecided',
      orders('extension', 'the old due date stands until approval'),
    ),
  ],
  'AS19-23-1': [
    law('topics.audit.duty', orders('audit', '鞍山 2019 第二十三条第一款 审核承办结果')),
    localPolicy('topics.audit.standard', orders('audit', 'concludes what meets every point of the standard')),
    reading(
      'topics.audit.failed',
      orders('clocks', '第二十三条第一款: a failed audit lets the old clock go on'),
    ),
    law('topics.followUp.coverage', orders('follow-up', '鞍山 2019 第二十三条第一款 向诉求人回访')),
    localPolicy('topics.followUp.channels', orders('follow-up', 'keeps the raw answers and who called')),
  ],
  'AS19-23-2': [
    law('topics.rating.components', orders('rating', '根据办理质量和满意度分星级评价')),
    localPolicy('topics.rating.stars', orders('rating', 'quality %i and satisfaction %i give %i'), 'five'),
  ],
  'AS19-23-3': [
    law('topics.reEvaluation.ladder', orders('re-evaluation', '鞍山 2019 第二十三条第三款 异议、复评、审核')),
    localPolicy('AS19-D13', orders('re-evaluation', 'starts a clock that the text does not number')),
    localPolicy(
      'topics.reEvaluation.differentPeople',
      orders('re-evaluation', 'says of the local policy that it is none of the law'),
    ),
  ],
  'AS19-23-4': [
    law('topics.integrityFile.duty', integration('integrity-file', '第二十三条第四款 an entry')),
    localPolicy('topics.integrityFile.evidence', unit('statutes/requester-duties', 'needs evidence')),
    localPolicy(
      'src/integrity-file/decide.ts#judgeDecider',
      unit('statutes/requester-duties', 'needs a second person'),
      'in force for a year and only after a second person confirmed it',
    ),
    localPolicy(
      'topics.integrityFile.correction',
      integration('integrity-file', 'is the requester’s own to ask for'),
      'the text is silent; the right to see and correct is PIPL’s',
    ),
  ],
  'AS19-24-1': [
    law('topics.dispatch.escalation', orders('escalation', 'goes up rung by rung, each with participants')),
    reading(
      'src/work-orders/rules/escalation.ts#whyJump',
      orders('escalation', 'a rung is left out only with a reason'),
    ),
    silent('及时 has no clock: it begins when somebody finds the matter complex, which nobody records'),
  ],
  'AS19-24-2': [
    law('topics.dispatch.leadUnit', orders('escalation', '第二款: the solution names one leading unit')),
    law('topics.dispatch.severalUnits', orders('escalation', '第二款: another leading unit takes the order')),
  ],
  'AS19-25': [
    reading('topics.supervision.who', orders('supervision', 'who supervises (C-19)')),
    reading('topics.supervision.levels', orders('supervision', 'goes up level by level')),
    law('topics.supervision.triggers.overdue', life('an overdue order is supervised by itself')),
    law('topics.supervision.triggers.repeated', inWords),
    law('topics.supervision.triggers.evasion', orders('supervision', '鞍山 2019 第二十五条 逐级督办')),
    law('topics.supervision.triggers.dissatisfied', inWords),
    law(
      'topics.supervision.triggers.ordered',
      orders('supervision', 'whom those above order may begin at any level'),
    ),
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
    localPolicy(
      'topics.supervision.triggers.manyDissatisfied',
      integration('work-orders-oversight', '第（四）项: three dissatisfied'),
      '较多: three, or a tenth of those asked',
    ),
  ],
  'AS19-26': [
    law('topics.confidentiality.duty', orders('decide', '第二十六条 不转交被投诉、被举报的单位')),
    reading('topics.dispatch.accusedUnit', orders('decide', '第二十六条 不转交被投诉、被举报的单位')),
    reading(
      'topics.confidentiality.identityOfTipOff',
      integration('work-orders-life', 'a unit sees its own orders only'),
    ),
    reading(
      'topics.confidentiality.identityOfComplaint',
      orders('view', '第二十六条 who sees whose order it is'),
    ),
    localPolicy(
      'src/work-orders/visibility.ts#insightOf',
      orders('view', 'shows no unit the home'),
      'one table for every role, finer than the text',
    ),
    law(
      'src/work-orders/notices.ts#noticesOf',
      orders('notices', '第二十六条 neutral words for what is kept secret'),
    ),
  ],
  'AS19-27-1': [
    law('topics.recusal.grounds', orders('recusal', '第二十七条第一款 三种情形')),
    law(
      'src/work-orders/recused.ts#recusedFrom',
      orders('recusal', 'whoever declares a ground is out at once'),
    ),
    localPolicy(
      'src/work-orders/rules/recusal.ts#checkRelation',
      orders('recusal', 'the confidential desk looks up a hidden relation'),
    ),
  ],
  'AS19-27-2': [
    law('topics.recusal.decide', orders('recusal', '第二十七条第二款 三个工作日内书面决定')),
    law('AS19-D09', counted),
    reading('topics.recusal.whoDecides', orders('recusal', '第二十七条第二款 三个工作日内书面决定')),
    law(
      'src/work-orders/notices.ts#noticesOf',
      orders('notices', '第二十七条第二款: the written decision on his own application'),
    ),
    localPolicy(
      'src/work-orders/visibility.ts#seatsOf',
      integration('work-orders-oversight', 'is decided by the leader of the unit above'),
      'the leader of the unit above sees, as who supervises, what lies with a unit below',
    ),
  ],
  'AS19-27-3': [
    reading(
      'topics.recusal.stopsClock',
      orders('recusal', '鞍山 2019: the days of deciding do not count (V17)'),
    ),
    law(
      'src/statutes/deadline.ts#stoppedDays',
      unit('statutes/deadline', '第二十七条第三款 回避决定期间不计算'),
    ),
  ],
  'AS19-28-1': [
    law(
      'topics.sendBack.otherChannels',
      integration('direct-contacts', '第二十八条第一款 (鞍山 2019): a matter that is not'),
    ),
    law(
      'topics.referral.tellsOfOtherDuty',
      integration('direct-contacts', 'is told in time, with both things'),
    ),
    localPolicy('AS19-D10', counted, '及时'),
  ],
  'AS19-28-2': [
    law(
      'topics.sendBack.dispute',
      integration('direct-contacts', '第二十八条第二款 (鞍山 2019): whose duty it is'),
    ),
    localPolicy('AS19-D11', counted, '及时'),
    reading(
      'src/work-orders/rules/escalation.ts#disputeDuty',
      orders('escalation', '鞍山 2019 第二十八条第二款 职责有争议的报上级确定'),
      'the same way for an order of the platform',
    ),
  ],
  'AS19-29': [
    law(
      'topics.dataUse.oneDatabase',
      orders('number', 'holds the city, the day in Anshan and a check digit'),
    ),
    law('src/work-orders/number.ts#orderNumber', orders('number', 'differs for every counter of a day')),
  ],
  'AS19-30': [
    law(
      'topics.dataUse.realTime',
      integration('analysis-figures', '第三十条: shows the five stages as they stand'),
    ),
    localPolicy(
      'services/archive.ts',
      integration('services/backup', 'puts database and recordings back as they were'),
    ),
    silent('the 专人 who looks after the database is named by the centre'),
  ],
  'AS19-31-1': [
    law('topics.dataUse.analysis', integration('analysis-warnings', '第三十一条第一款: a warning')),
    localPolicy(
      'src/analysis/decide/risks.ts#riskOf',
      unit('analysis/topics', '第三十一条第一款: with a risk is looked at from five people on'),
      'the classes are the law’s, their marks and numbers the centre’s',
    ),
  ],
  'AS19-31-2': [
    law('topics.dataUse.reportsTo', unit('analysis/indicators', '%s: reports go to %s')),
    law(
      'src/analysis/warnings.ts#createWarnings',
      integration('analysis-warnings', '第三十一条第二款: who was told'),
    ),
    law(
      'src/analysis/reports.ts#createReports',
      integration('analysis-reports', 'to whom it goes is on record'),
    ),
  ],
  'AS19-32': [
    law(
      'topics.dataUse.sharing',
      integration('exchange', 'is told by the platform’s own number, through its whole course'),
    ),
    law(
      'src/exchange/service.ts#createExchange',
      integration('exchange', '第三十二条: a matter handed in by a platform'),
    ),
    silent('no wire format is named; the exchange has one of its own, documented in its API'),
  ],
  'AS19-33': [
    law('topics.confidentiality.dataSecurity', inWords),
    law('src/base/pii.ts#createPii', integration('work-orders', 'seals identity at rest')),
    localPolicy(
      'topics.confidentiality.accessControl',
      integration('staff-administration', 'tells who looked at a requester, when and why'),
    ),
  ],
  'AS19-34': [
    law(
      'topics.knowledgeBase.build',
      integration('knowledge', 'marks a stale item, puts it last and refuses to cite it'),
    ),
    law(
      'src/knowledge-base/writing.ts#demandOwner',
      integration('knowledge', 'refuses another unit every change of an item'),
    ),
  ],
  'AS19-35': [
    law(
      'topics.assessment.periodic',
      integration('analysis-reports', 'an assessment rests on its own article'),
      'the figures of assessment; 考核办法 and 通报 are the office’s',
    ),
  ],
  'AS19-36': [silent('表彰 is decided by people; no behaviour of the program follows')],
  'AS19-37': [
    law(
      'topics.disclosure.publicSupervision',
      integration('disclosure', '鞍山 第三十七条第二款: a public case'),
    ),
    silent('信息公开、情况通报、征求意见 and the work of the media are done by people'),
  ],
  'AS19-39': [
    law('topics.assessment.accountability', inWords),
    law('src/accountability/decide.ts#judge', unit('accountability/model', '责任追究的情形')),
    law('topics.rights.protection', inWords, '打击报复 is one of the six acts'),
  ],
  'AS19-40': [
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
    law('topics.conduct.police', inWords, 'the platform itself punishes nobody'),
    law(
      'src/work-orders/dossier.ts#dossierOf',
      integration('work-orders-closing', '纪委监委 with its dossier'),
    ),
  ],
  'AS19-42': [
    law(
      'src/statutes/anshan-2019/index.ts#inForceFrom',
      unit('statutes/anshan-2019', 'is dated by article 42'),
    ),
    law(
      'src/work-orders/drafted-order.ts#version',
      integration('work-orders', '第十八条: keeps the order with its number, clock and statute'),
      'statute and version stand on every order',
    ),
  ],
}
