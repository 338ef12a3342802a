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

const life = (title: string): string => integration('life/baiyin-2024', title)
const data = (title: string): string => unit('statutes/baiyin-2024', title)
const orders = (file: string, title: string): string => unit(`work-orders/${file}`, title)

/** 白银市民情直通平台诉求办理条例 (2024). */
export const baiyin2024: Coverage = {
  'BY24-02': [
    law('topics.acceptance.kinds', inWords),
    law('topics.acceptance.requesterKinds', inWords),
    law(
      'topics.handlingLimit.otherLaw',
      unit('statutes/routes-baiyin-dandong', '第二条 第二款: another law’s limit'),
    ),
    reading(
      'topics.refusal.reasons.outsideCity',
      unit('statutes/triage', 'every ground of refusal says why'),
    ),
  ],
  'BY24-03': [
    law('topics.acceptance.oneSystem', inWords),
    law('topics.acceptance.sources', inWords),
    law('topics.acceptance.sourceChannels.scanCode', inWords),
    law('topics.acceptance.sourceChannels.messageBoard', inWords),
    law('src/matters/decide/entry.ts#sourceOf', unit('matters/entry', 'where a matter comes from')),
  ],
  'BY24-05': [
    law('topics.assessment.territory', inWords),
    law('topics.assessment.units', inWords),
    law('topics.assessment.grassRoots', inWords),
    law('topics.dataUse.sharing', integration('exchange', 'is told by the platform’s own number')),
    silent('money, support and the cooperation of mass organisations are organisation'),
  ],
  'BY24-06': [
    law('topics.disclosure.publicity', inWords),
    law(
      'src/disclosure/decide/process.ts#processOf',
      unit('analysis/disclosure', '白银 第六条第二款、第八条: tells the nine stages'),
      'scope and process, for everybody',
    ),
    law(
      'topics.acceptance.sourceChannels.scanCode',
      inWords,
      'a code at a door leads to the same intake; no mark of which door',
    ),
    silent('visits to villages and the work of the media are organisation'),
  ],
  'BY24-08': [
    law('topics.assessment.stages', inWords),
    law(
      'src/work-orders/rules/handling.ts#feedBack',
      orders('audit', '白银第八条、丹东第十四条 没有逐件审核'),
      '回复 leads to 办结; every step has its event with its time',
    ),
  ],
  'BY24-09a': [
    law('topics.acceptance.media', inWords),
    law('src/channels/wechat/message.ts', unit('channels/wechat-routes', 'kinds of messages')),
  ],
  'BY24-09b': [
    law('topics.rights.know', inWords),
    law(
      'src/work-orders/view.ts#progressView',
      integration('progress', 'tells acceptance, progress and due date'),
    ),
    law('topics.rights.protection', inWords),
  ],
  'BY24-09c': [
    law('topics.conduct.truth', inWords),
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
  ],
  'BY24-09d': [
    law(
      'topics.acceptance.elements.requesterName',
      data('第九条 第四款: the platform asks for identity when it needs it'),
    ),
    law(
      'topics.acceptance.elements.requesterContact',
      data('第九条 第四款: the platform asks for identity when it needs it'),
    ),
    law(
      'topics.acceptance.elements.place',
      data('第九条 第四款: the platform asks for identity when it needs it'),
    ),
    reading(
      'topics.acceptance.elements.facts',
      data('第九条 第四款: the platform asks for identity when it needs it'),
    ),
    law(
      'src/work-orders/rules/material.ts#requestMaterial',
      orders('material', 'asks when it is needed and holds nothing up'),
    ),
    reading(
      'topics.acceptance.withoutIdentity',
      data('第九条 第四款: the platform asks for identity when it needs it'),
    ),
  ],
  'BY24-10a': [
    law('topics.acceptance.kinds', inWords),
    law('topics.acceptance.decide', unit('statutes/baiyin-2024-deadlines', '第十条 第一款 接到诉求后')),
    localPolicy('BY24-D10', added, 'the text gives acceptance no number'),
    law('src/work-orders/notices.ts#noticesOf', orders('notices', '第十条第一款 the requester learns')),
  ],
  'BY24-10b': [
    law(
      'topics.acceptance.onTheSpot',
      unit('statutes/baiyin-2024-deadlines', '能够即时答复的，应当立即答复'),
    ),
    law('BY24-D01', counted),
    localPolicy(
      'topics.knowledgeBase.citeOnAnswer',
      integration('work-orders', 'without an item to cite it says what the knowledge base lacks'),
    ),
    law(
      'topics.dispatch.forwardConsultation',
      unit('statutes/unit-duties', '白银 第十条: 咨询 and everything else'),
    ),
    law('BY24-D02', counted),
    law('topics.handlingLimit.handle', unit('statutes/configured', '白银 第十条 平台规定的期限')),
    localPolicy('BY24-D04', counted, 'the city must set it; the program does not start without'),
  ],
  'BY24-10c': [
    law('topics.dispatch.forward', life('is forwarded the same day, sent back with the requester told')),
    law('BY24-D03', counted),
    law('topics.handlingLimit.handle', unit('config/limits', 'does not start without them')),
    localPolicy('BY24-D05', counted, 'the city must set it; the program does not start without'),
  ],
  'BY24-10d': [
    law('topics.referral.matters.legalProcedure', compared),
    law('topics.referral.matters.petition', compared),
    reading('topics.referral.matters.namedReport', compared),
  ],
  'BY24-11-1': [
    reading(
      'topics.dispatch.axes',
      data('in Chinese, with a reason for every reading'),
      'a dispatch keeps why this unit',
    ),
    localPolicy(
      'src/dispatch-directory/model.ts#matchOf',
      integration('dispatch-directory', 'suggests by words, place and category'),
    ),
  ],
  'BY24-11-2': [
    law('topics.dispatch.severalUnits', orders('split', '白银 第十一条第（二）项 分别确定承办单位')),
    law('topics.dispatch.leadUnit', life('is forwarded the same day, sent back with the requester told')),
    law('src/work-orders/notices.ts#noticesOf', orders('notices', 'the unit with its limit'), 'who leads'),
  ],
  'BY24-11-3': [
    law(
      'topics.dispatch.escalation',
      orders('escalation', 'the platform calls the joint meeting, which names the unit'),
    ),
  ],
  'BY24-12a': [
    law('topics.assessment.firstHandler', inWords),
    law('topics.followUp.dissatisfied', orders('judge', '应办未办 is a ground of its own'), '对办理效果负责'),
  ],
  'BY24-12b': [
    law(
      'topics.sendBack.fromPlatform',
      orders('send-back', '白银 第十二条第二款 明确不属于职责范围的说明情况'),
    ),
    law('topics.sendBack.tellRequester', orders('notices', '白银 第十二条第二款: that the unit changed')),
    localPolicy('BY24-D07', counted, '及时: past it the right stands, and the delay is on record'),
  ],
  'BY24-13': [
    law(
      'topics.supervision.onward.submittedUpward',
      orders('escalation', 'a unit submits to its superior or its government, as it chooses'),
    ),
  ],
  'BY24-14': [
    law('topics.handlingLimit.firstContact', unit('statutes/unit-duties', '及时联系诉求人')),
    localPolicy('BY24-D11', added),
    law('topics.assessment.onTime', inWords),
    law(
      'topics.handlingLimit.feedback',
      unit('statutes/unit-duties', 'both feedbacks: the requester and the platform'),
    ),
    law('topics.confidentiality.duty', orders('visibility', '第二十六条: a wish for secrecy')),
    reading(
      'topics.acceptance.elements.confidentialityWish',
      data('in Chinese, with a reason for every reading'),
    ),
  ],
  'BY24-15': [
    law('topics.timeExtension.apply', orders('extension', '白银 第十五条 未能限时办结的说明原因')),
    law('topics.timeExtension.afterDue', orders('extension', 'may be explained after the due date')),
    law('topics.timeExtension.tells', orders('extension', 'sets the new day at once, without approval')),
    localPolicy('BY24-D06', counted),
  ],
  'BY24-16': [
    law('topics.assessment.utilities', inWords),
    law('BY24-D09', counted),
    localPolicy('topics.referral.matters.utility', undefined, 'their own lines may be told'),
    silent(
      'that utilities serve for twenty-four hours is theirs; the hotline dispatches to them at any hour',
    ),
  ],
  'BY24-17': [
    reading('topics.followUp.coverage', orders('follow-up', '白银第十七条、草案第十七条 回访的范围')),
    localPolicy(
      'topics.followUp.rate',
      orders('follow-up', '白银第十七条、草案第十七条 回访的范围'),
      'each order',
    ),
    law('topics.followUp.dissatisfied', orders('judge', '白银第十七条 不满意且诉求合理')),
    reading('topics.followUp.judge', orders('judge', '白银第十七条 不满意且诉求合理')),
    reading('topics.followUp.clockOfHandlingAgain', orders('judge', '再次办理: a new leg of the same unit')),
    law('src/work-orders/rules/judge.ts#judge', orders('judge', '或者予以说明: the unit is asked')),
  ],
  'BY24-18': [
    law(
      'topics.handlingLimit.coUnitResult',
      unit('statutes/unit-duties', 'a co-unit has a limit of its own'),
    ),
    localPolicy('BY24-D12', added),
    law('topics.handlingLimit.coUnitLate', unit('statutes/unit-duties', 'or reports reason and stage')),
  ],
  'BY24-19a': [
    law(
      'topics.termination.grounds.unlawful',
      orders('termination', '第一款: after explaining, in whatever state'),
    ),
    reading('topics.refusal.reasons.unlawful', compared),
  ],
  'BY24-19b': [
    law(
      'topics.termination.grounds.noCooperation',
      life('ends only where refusing to help made it impossible'),
    ),
    law(
      'src/work-orders/notices.ts#noticesOf',
      integration('work-orders-closing', 'and tells the requester why'),
    ),
  ],
  'BY24-20': [
    law(
      'topics.referral.incidentNotice',
      integration('analysis-warnings', '白银 第二十条第一款: a danger that somebody finds while handling'),
    ),
    localPolicy('BY24-D13', added),
    reading('topics.referral.incidents', data('in Chinese, with a reason for every reading')),
    silent('快速处置 is the bodies’ that were warned; 网格化 is the work of townships and subdistricts'),
  ],
  'BY24-21': [
    law('topics.dataUse.analysis', unit('analysis/indicators', '%s: to analyse by %s, to assess by %s')),
    law('src/analysis/decide/topics.ts#topicsNow', unit('analysis/topics', 'a hot topic')),
    law(
      'src/analysis/looking.ts#season',
      integration('analysis-reports', '第二十一条第（一）项: compares with the same weeks of last year'),
    ),
    silent('plans and the study of new trades are people’s; the program shows figures, seasons and topics'),
  ],
  'BY24-22': [
    law('topics.supervision.means', orders('supervision', '白银 第二十二条 四种方式')),
    law(
      'topics.supervision.answer',
      orders('supervision', '限期书面反馈, whose notice sets its own day (BY24-D08)'),
    ),
    localPolicy('BY24-D08', counted, 'named by each notice'),
  ],
  'BY24-23': [
    law('topics.supervision.triggers.refusesToReceive', inWords),
    law(
      'topics.supervision.triggers.overdue',
      life('is forwarded the same day, sent back with the requester told'),
    ),
    law('topics.supervision.triggers.evasion', inWords),
    law('topics.supervision.triggers.repeated', inWords),
    law('topics.supervision.triggers.concentrated', inWords),
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
  'BY24-24': [
    law('topics.supervision.onward.governmentInspection', orders('onward', '移送去向、情形和依据')),
    law(
      'src/work-orders/dossier.ts#dossierOf',
      integration('work-orders-closing', '纪委监委 with its dossier'),
    ),
  ],
  'BY24-25': [
    law('topics.supervision.onward.deputies', orders('onward', '移送去向、情形和依据')),
    localPolicy(
      'src/analysis/looking.ts#selection',
      integration('analysis-reports', '第二十五条: proposes to deputies what was tried again and again'),
      'proposed without identity; whom to invite is the platform’s choice (可以)',
    ),
  ],
  'BY24-26': [
    law(
      'topics.supervision.onward.interview',
      orders('onward', '白银第二十六条: the office records that leaders were summoned'),
      'decided by the government; recorded with its grounds',
    ),
  ],
  'BY24-27': [
    law('topics.dataUse.reportsTo', unit('analysis/indicators', '%s: reports go to %s')),
    law('topics.assessment.report', inWords),
    silent('satisfaction votes and inquiries are the 常委会’s'),
  ],
  'BY24-28': [
    law('topics.rating.indicators', unit('analysis/indicators', 'of %s: %s is the statute’s own by %s')),
    localPolicy(
      'topics.rating.components',
      integration('analysis-figures', 'sets what the unit says beside what the requester says'),
    ),
    law('topics.assessment.periodic', unit('analysis/indicators', '%s: to analyse by %s, to assess by %s')),
    law(
      'topics.disclosure.assessment',
      inWords,
      'in which circle results go round is set outside the program',
    ),
  ],
  'BY24-29': [
    law('topics.conduct.grounds', unit('statutes/requester-duties', 'rests on a ground of the text')),
    localPolicy(
      'src/agent-desk/contact-commands.ts#endAbusive',
      integration('desk-commands', 'is ended for abuse only after two warnings'),
    ),
    law('topics.supervision.onward.police', orders('onward', '移送去向、情形和依据')),
    law('topics.conduct.police', inWords, 'the platform itself punishes nobody'),
  ],
  'BY24-30': [
    law('topics.assessment.accountability', inWords),
    law('topics.assessment.retaliation', inWords),
    law('src/accountability/decide.ts#judge', unit('accountability/model', '责任追究的情形')),
  ],
  'BY24-33': [
    law(
      'src/statutes/baiyin-2024/index.ts#inForceFrom',
      data('is found by slug and by the ids of its terms'),
    ),
    law(
      'src/work-orders/drafted-order.ts#version',
      integration('work-orders', '第十八条: keeps the order with its number, clock and statute'),
      'statute and version stand on every order',
    ),
  ],
}
