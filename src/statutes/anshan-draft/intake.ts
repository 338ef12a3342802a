import { localChannels } from '../local-channels.ts'
import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 2, 3, 8, 11, 12, 13 and 14(四): what is taken in, what an order must hold, what is not dispatched. */
export const acceptance: Topics['acceptance'] = {
  kinds: law(article(2, 1), '诉求分为咨询、非紧急求助、投诉、举报、意见建议五类', [
    { code: 'consultation', label: '咨询' },
    { code: 'help', label: '非紧急求助' },
    { code: 'complaint', label: '投诉' },
    { code: 'tipOff', label: '举报' },
    { code: 'suggestion', label: '意见建议' },
  ]),
  requesterKinds: law(article(2, 1), '诉求人为自然人、法人和非法人组织', [
    { code: 'naturalPerson', label: '自然人' },
    { code: 'legalPerson', label: '法人' },
    { code: 'otherOrganisation', label: '非法人组织' },
  ]),
  categories: law(article(2, 1), '诉求涉及本市行政区域内的五个领域', [
    { code: 1, label: '经济调节' },
    { code: 2, label: '市场监管' },
    { code: 3, label: '社会管理' },
    { code: 4, label: '公共服务' },
    { code: 5, label: '生态环境保护' },
  ]),
  careGroups: silent('草案没有规定需要重点援助的群体'),
  media: law(article(8, 1), '诉求人可以自主选择以语音、文字、图片、视频等形式提出诉求', [
    { code: 'voice', label: '语音' },
    { code: 'text', label: '文字' },
    { code: 'image', label: '图片' },
    { code: 'video', label: '视频' },
  ]),
  oneSystem: law([article(2, 2), article(3)], '热线及其网络平台统一受理', true),
  aroundTheClock: law(article(2, 2), '“7×24小时”便民热线服务平台', true),
  sourceChannels: [
    ...[
      { code: 'mayorMailbox', label: '市长信箱' },
      { code: 'minxin', label: '民心网' },
      { code: 'messageBoard', label: '人民网留言板' },
      { code: 'stateCouncilBoard', label: '国务院“互联网+督查”平台' },
      { code: 'province', label: '辽宁省 8890 平台' },
      { code: 'police110', label: '110 报警服务台' },
    ].map((channel) => localPolicy(`草案没有列出来源渠道；${channel.label}转来的诉求由热线登记`, channel)),
    ...localChannels('草案没有列出来源渠道'),
  ],
  timeOfReceipt: reading(
    article(11, 1),
    '期限自热线工作机构收到之时起计算；诉求提出时间按来源渠道的时间记录',
    'whenCentreReceived',
    '条文要求记录“诉求提出时间”，没有规定由此起算热线的期限',
  ),
  onTheSpot: law(article(12, 1), '能够当场答复或者处理的，应当当场答复、处理', 'ASD-D01'),
  decide: silent('草案没有另行规定是否受理的决定和期限；不能当场处理的直接研判派单'),
  withoutIdentity: reading(
    article(11, 1),
    '匿名诉求照常受理，工单标注要素不全并继续补问',
    'acceptedIncomplete',
    '条文规定工单记录联系方式等要素，没有规定匿名不予受理（A-07）',
  ),
  repeated: reading(
    article(12, 2, 4),
    '没有新情况、新理由的重复诉求关联原工单，不另立工单',
    'linked',
    '条文要求告知进展或者结果，没有规定不予登记；多次反映还是督办情形（第十九条），须能计数（C-09）',
  ),
  repeatedTold: law(article(12, 2, 4), '没有新情况、新理由再次提出的，告知办理进展或者办理结果', [
    { code: 'progress', label: '办理进展' },
    { code: 'result', label: '办理结果' },
  ]),
  elements: {
    requesterName: localPolicy('条文没有列出姓名；询问但不强求', { label: '诉求人姓名', must: false }),
    requesterAddress: silent('条文没有要求记录住所'),
    requesterContact: law(article(11, 1), '工单记录联系方式', { label: '联系方式', must: true }),
    facts: law(article(11, 1), '工单记录诉求事项；提出时间由系统记录', { label: '诉求事项', must: true }),
    confidentialityWish: law(article(11, 1), '工单记录保密事项', { label: '保密事项', must: true }),
    kind: reading(
      article(2, 1),
      '工单注明诉求类别',
      { label: '诉求类别', must: true },
      '第十二条要求按事项的性质研判，第二条的五类就是性质的区分',
    ),
    category: reading(
      article(12, 1),
      '工单注明涉及领域',
      { label: '涉及领域', must: true },
      '派单以涉及领域研判，领域由第二条列出',
    ),
    place: reading(
      article(2, 1),
      '工单注明事项发生地点',
      { label: '事发地点', must: true },
      '诉求应当涉及本市行政区域内，没有地点无从判断',
    ),
  },
}

export const refusal: Topics['refusal'] = {
  reasons: [
    reading(
      article(2, 1),
      '不涉及本市行政区域的，不适用本条例，告知属地热线',
      {
        code: 'outsideCity',
        label: '不涉及本市行政区域',
        tell: '您反映的事项不在本市行政区域内，请向事发地的政务服务便民热线提出。',
        otherChannel: '事发地 12345 热线',
      },
      '草案没有不予受理的规定，由第二条的适用范围得出',
    ),
    reading(
      article(12, 2, 6),
      '违反法律、法规、规章和政策，违背公序良俗的，劝导、教育，告知规定和后果',
      {
        code: 'unlawful',
        label: '违反法律、政策或者违背公序良俗',
        tell: '您提出的要求不符合有关规定，热线不能派单办理；请遵守有关规定，违反的要承担相应后果。',
        otherChannel: '12348 公共法律服务热线',
      },
      '条文规定分类处理而不派单，在登记上与不予受理相同',
    ),
  ],
  tellReason: law(article(12, 2, 3), '向诉求人做好解释工作', true),
  tellOtherChannel: law(
    [article(12, 2, 3), article(12, 2, 5)],
    '告知诉求人相应渠道，或者属地热线、市场、社会等其他渠道',
    true,
  ),
}

export const sendBack: Topics['sendBack'] = {
  fromPlatform: law(
    article(13),
    '不属于本单位职责范围的，按照规定提供材料申请退回工单；热线工作机构审查属实的重新派单',
    {
      within: null,
      papers: [{ code: 'notOurDuty', label: '不属于本单位职责范围的材料' }],
      verdict: 'centre',
    },
  ),
  tellRequester: localPolicy('改派承办单位的，告知诉求人', true),
  otherChannels: silent('草案没有规定承办单位从其他渠道直接收到诉求时的告知'),
  dispute: silent('草案没有规定职责争议的报告程序，由热线工作机构审查后重新派单（第十三条）'),
}

export const termination: Topics['termination'] = {
  grounds: [
    law(article(14, undefined, 4), '诉求人不配合导致无法办理的，提交证明材料，审核后终止办理', {
      code: 'noCooperation',
      label: '诉求人不配合导致无法办理',
      by: 'unitWithAudit',
      proof: true,
      attempts: true,
    }),
    law(article(14, undefined, 4), '无法与诉求人取得联系导致无法办理的，提交证明材料，审核后终止办理', {
      code: 'outOfReach',
      label: '无法与诉求人取得联系导致无法办理',
      by: 'unitWithAudit',
      proof: true,
      attempts: true,
    }),
  ],
}

export const material: Topics['material'] = {
  request: law(article(12, 2, 2), '缺少必要材料的，通知诉求人在规定期限内补齐', 'ASD-D03'),
  notSupplied: localPolicy('逾期没有补齐的，按材料不全结束，补齐后可以重新提出', 'closedMayReopen'),
}
