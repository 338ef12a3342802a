import { localChannels } from '../local-channels.ts'
import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 2, 3, 9, 10, 12 and 19: what is taken in, what an order must hold, send-back and termination. */
export const acceptance: Topics['acceptance'] = {
  kinds: law([article(2, 1), article(10, 1)], '按照咨询、求助、投诉、建议和举报等类型分类登记', [
    { code: 'consultation', label: '咨询' },
    { code: 'help', label: '求助' },
    { code: 'complaint', label: '投诉' },
    { code: 'suggestion', label: '建议' },
    { code: 'tipOff', label: '举报' },
  ]),
  requesterKinds: law(article(2, 1), '诉求人为公民、法人和其他非法人组织', [
    { code: 'naturalPerson', label: '公民' },
    { code: 'legalPerson', label: '法人' },
    { code: 'otherOrganisation', label: '其他非法人组织' },
  ]),
  categories: silent('条例没有列出受理事项的类别，只按诉求类型登记'),
  careGroups: silent('条例没有规定需要重点援助的群体'),
  oneSystem: law(article(3), '“码上反映·马上办理”平台、12345 热线和人民网领导留言板等组成一个平台', true),
  aroundTheClock: localPolicy('条例只要求公共服务企业事业单位二十四小时服务（第十六条）；平台全天受理', true),
  media: law(article(9, 1), '诉求人可以采用语音、文字、图片、视频等形式提出诉求', [
    { code: 'voice', label: '语音' },
    { code: 'text', label: '文字' },
    { code: 'image', label: '图片' },
    { code: 'video', label: '视频' },
  ]),
  sources: law(article(3), '平台由三个渠道等组成', [
    { code: 'scanCode', label: '“码上反映·马上办理”平台' },
    { code: 'hotline', label: '12345 政务服务便民热线' },
    { code: 'messageBoard', label: '人民网领导留言板' },
  ]),
  sourceChannels: [
    law(article(3), '“码上反映·马上办理”平台是平台的组成部分', {
      code: 'scanCode',
      label: '“码上反映·马上办理”平台',
    }),
    law(article(3), '人民网领导留言板是平台的组成部分', {
      code: 'messageBoard',
      label: '人民网领导留言板',
    }),
    ...[
      { code: 'mayorMailbox', label: '市长信箱' },
      { code: 'stateCouncilBoard', label: '国务院“互联网+督查”平台' },
      { code: 'province', label: '甘肃省 12345 热线平台' },
      { code: 'police110', label: '110 报警服务台' },
    ].map((channel) => localPolicy(`条例没有单独写明；${channel.label}转来的诉求由平台登记`, channel)),
    ...localChannels('条例没有单独写明'),
  ],
  timeOfReceipt: reading(
    article(10, 1),
    '自平台接到诉求之时起计算；人工登记的，登记实际接到的时间，来源渠道的提出时间另行记录',
    'whenCentreReceived',
    '“平台在接到诉求后”登记和告知，接到的时间不因登记得晚而推后',
  ),
  onTheSpot: law(article(10, 2), '能够即时答复的咨询类诉求，应当立即答复', 'BY24-D01'),
  decide: law(article(10, 1), '接到诉求后分类登记，告诉诉求人受理情况及处理途径和程序', 'BY24-D10'),
  withoutIdentity: reading(
    article(9, 4),
    '没有留下姓名的诉求照常受理，需要时再请诉求人提供',
    'acceptedIncomplete',
    '“平台需要……的”才应当提供，条文没有规定匿名不予受理',
  ),
  repeated: reading(
    article(23, undefined, 4),
    '同一事项重复反映的，登记并关联原件，未解决的计入督办',
    'linked',
    '多次反映未解决是督办情形，只有登记才能计数（C-09）',
  ),
  elements: {
    requesterName: law(article(9, 4), '平台需要时，诉求人应当如实提供姓名', { label: '姓名', must: false }),
    requesterAddress: silent('条例没有要求记录住所；“具体地址”按事发地点理解'),
    requesterContact: law(article(9, 4), '平台需要时，诉求人应当如实提供联系方式', {
      label: '联系方式',
      must: false,
    }),
    kind: law(article(10, 1), '应当按照类型分类登记', { label: '诉求类型', must: true }),
    category: silent('条例没有列出受理事项的类别'),
    place: law(article(9, 4), '平台需要时，诉求人应当如实提供具体地址', { label: '具体地址', must: false }),
    facts: reading(
      article(9, 4),
      '登记事实与理由',
      { label: '事实与理由', must: true },
      '“平台需要……的”：没有事实就不能确定承办单位，每件都需要',
    ),
    confidentialityWish: reading(
      article(14, undefined, 4),
      '询问诉求人是否要求保密',
      { label: '保密要求', must: false },
      '承办单位不得泄露诉求人要求保密的内容，先要知道有没有这一要求',
    ),
  },
}

export const refusal: Topics['refusal'] = {
  reasons: [
    reading(
      article(2, 1),
      '不涉及本市行政区域的，不适用本条例',
      {
        code: 'outsideCity',
        label: '不涉及本市行政区域',
        tell: '您反映的事项不在本市行政区域内，请向事发地的政务服务便民热线提出。',
        otherChannel: '事发地 12345 热线',
      },
      '条例没有列举不予受理的情形，由第二条的适用范围得出',
    ),
    reading(
      article(19, 1),
      '不符合法律、法规、政策规定以及违反社会公序良俗的，说明后不予受理',
      {
        code: 'unlawful',
        label: '不符合法律、法规、政策或者违反公序良俗',
        tell: '您提出的要求不符合法律、法规、政策规定或者违反社会公序良俗，平台不能办理。',
        otherChannel: '12348 公共法律服务热线',
      },
      '条文规定说明后可以终止办理；登记时已经明显的，不必先转办再终止',
    ),
  ],
  tellReason: law(article(10, 1), '告诉诉求人诉求受理情况', true),
  tellOtherChannel: reading(
    article(10, 1),
    '不予受理的一并告知处理途径',
    true,
    '“处理途径和程序”应当告诉诉求人，条文没有把不予受理的除外',
  ),
}

export const sendBack: Topics['sendBack'] = {
  fromPlatform: law(
    article(12, 2),
    '明确不属于职责范围的，及时向平台说明情况并申请退回，由平台重新转交有关单位',
    {
      within: 'BY24-D07',
      papers: [{ code: 'statement', label: '不属于本单位职责范围的情况说明' }],
      verdict: 'centre',
    },
  ),
  tellRequester: law(article(12, 2), '重新转交有关单位承办的，告知诉求人', true),
  otherChannels: silent('条例没有规定承办单位从其他渠道直接收到诉求时的告知'),
  dispute: silent('条例没有规定职责争议的报告期限；情况复杂的由平台召集联席会议明确（第十一条）'),
}

export const termination: Topics['termination'] = {
  grounds: [
    law(
      article(19, 1),
      '不符合法律、法规、政策规定以及违反社会公序良俗等的，由平台向诉求人说明后可以终止办理',
      {
        code: 'unlawful',
        label: '不符合法律、法规、政策或者违反公序良俗',
        by: 'platform',
        proof: false,
        needs: [{ code: 'explained', label: '已向诉求人说明' }],
      },
    ),
    law(article(19, 2), '因诉求人无正当理由拒不配合导致无法办理的，平台可以终止办理', {
      code: 'noCooperation',
      label: '诉求人无正当理由拒不配合导致无法办理',
      by: 'platform',
      proof: false,
      attempts: true,
      needs: [
        { code: 'withoutReason', label: '诉求人无正当理由拒不配合' },
        { code: 'cannotBeHandled', label: '因此无法办理' },
      ],
    }),
  ],
}

export const material: Topics['material'] = {
  request: silent('条例没有规定限期补齐；平台需要的信息诉求人应当如实提供（第九条第四款）'),
  notSupplied: silent('条例没有规定不补齐的后果；拒不配合导致无法办理的可以终止办理（第十九条第二款）'),
}
