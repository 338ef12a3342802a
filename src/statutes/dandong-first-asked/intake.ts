import { localChannels } from '../local-channels.ts'
import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 1, 2, 7, 9, 12 and 13(六): what is taken in, what is not, what an order must hold, send-back. */
export const acceptance: Topics['acceptance'] = {
  kinds: reading(
    [article(7), article(10)],
    '诉求分为咨询、求助、投诉、意见建议四类',
    [
      { code: 'consultation', label: '咨询' },
      { code: 'help', label: '求助' },
      { code: 'complaint', label: '投诉' },
      { code: 'suggestion', label: '意见建议' },
    ],
    '第七条写明咨询、投诉和意见建议；民生诉求和便民服务按第十条第（二）项归入求助类',
  ),
  requesterKinds: reading(
    article(1),
    '诉求人为企业、群众',
    [
      { code: 'naturalPerson', label: '群众' },
      { code: 'legalPerson', label: '企业' },
      { code: 'otherOrganisation', label: '其他组织' },
    ],
    '条文概括为“企业、群众”；其他组织的诉求没有理由不收',
  ),
  categories: law(article(7), '8890 平台受理五类事项', [
    { code: 1, label: '工作职责、办事程序和政策规定的咨询' },
    { code: 2, label: '影响群众日常生活的民生问题' },
    { code: 3, label: '便民服务' },
    { code: 4, label: '工作作风、办事效率、不作为、乱作为的投诉' },
    { code: 5, label: '经济建设、城市建设和社会事业的意见建议' },
  ]),
  careGroups: silent('办法没有规定需要重点援助的群体'),
  oneSystem: law(article(2), '整合 12345、民心网和全市便民服务的公开电话为一个平台', true),
  aroundTheClock: localPolicy('办法没有规定受理时间；平台全天受理', true),
  sources: law([article(2), article(12)], '电话、网络、留言平台、留言板、信件、短信、微信等', [
    { code: 'phone', label: '电话（8890000 或者 12345）' },
    { code: 'web', label: '网络（原民心网）' },
    { code: 'stateCouncilBoard', label: '国务院“互联网+督察”留言平台' },
    { code: 'mayorBoard', label: '人民网市长留言板' },
    { code: 'letter', label: '信件' },
    { code: 'sms', label: '短信' },
    { code: 'wechat', label: '微信' },
  ]),
  sourceChannels: [
    law(article(12), '通过信件反映的事项，8890 平台应当受理', { code: 'letter', label: '信件' }),
    law(article(2), '信息来源包括网络（原民心网）', { code: 'minxin', label: '民心网' }),
    law(article(2), '信息来源包括国务院“互联网+督察”留言平台', {
      code: 'stateCouncilBoard',
      label: '国务院“互联网+督察”留言平台',
    }),
    law(article(2), '信息来源包括人民网市长留言板', { code: 'mayorBoard', label: '人民网市长留言板' }),
    ...[
      { code: 'mayorMailbox', label: '市长信箱' },
      { code: 'province', label: '辽宁省 8890 平台' },
      { code: 'police110', label: '110 报警服务台' },
    ].map((channel) => localPolicy(`办法没有单独写明；${channel.label}转来的诉求由平台登记`, channel)),
    ...localChannels('办法没有单独写明').filter(({ value }) => value.code !== 'letter'),
  ],
  timeOfReceipt: reading(
    article(12),
    '自 8890 平台收到之时起计算；来源渠道的提出时间另行记录',
    'whenCentreReceived',
    '“应当及时受理、转办和督办”的是 8890 平台，收到以前无从受理',
  ),
  onTheSpot: law(article(12, undefined, 1), '常见咨询类问题，依据知识库即时答复', 'DD-D14'),
  decide: law(article(12), '8890 平台应当及时受理', 'DD-D12'),
  withoutIdentity: reading(
    article(12, undefined, 4),
    '没有留下姓名的诉求照常受理',
    'acceptedIncomplete',
    '只有缺少地点、时间、经过导致无法办理的才可以不予受理，姓名不在其列',
  ),
  repeated: reading(
    article(9),
    '重复的事项登记并关联原工单，不另立工单，告知原工单的情况',
    'linked',
    '重复的属不受理事项；登记才能告知原工单，未解决的也才能看见（C-09）',
  ),
  elements: {
    requesterName: localPolicy('办法没有列出姓名；询问但不强求', { label: '诉求人姓名', must: false }),
    requesterAddress: silent('办法没有要求记录住所'),
    requesterContact: reading(
      article(13, undefined, 7),
      '询问联系方式，以便答复',
      { label: '联系方式', must: false },
      '办理结果应当告知诉求人；没有规定缺少联系方式的后果',
    ),
    kind: reading(
      article(13, undefined, 2),
      '工单注明诉求类别',
      { label: '诉求类别', must: true },
      '咨询类与其他事项的期限不同，应当能够区分',
    ),
    category: reading(
      article(7),
      '工单注明受理范围',
      { label: '受理范围', must: true },
      '第七条列出五类，是否受理以此为据',
    ),
    place: law(article(12, undefined, 4), '诉求事项的发生地点', { label: '发生地点', must: true }),
    facts: law([article(12, undefined, 2), article(12, undefined, 4)], '如实记录发生时间、经过等相关内容', {
      label: '发生时间、经过',
      must: true,
    }),
    confidentialityWish: reading(
      article(21),
      '询问诉求人是否同意向被投诉单位提供其信息',
      { label: '保密意愿', must: false },
      '未经允许不得提供，先要知道是否允许',
    ),
  },
}

const notAccepted = (code: string, label: string, tell: string, otherChannel: string) =>
  law(article(9), `${label}的，属不受理事项`, { code, label, tell, otherChannel })

export const refusal: Topics['refusal'] = {
  reasons: [
    notAccepted(
      'vague',
      '诉求事项空泛',
      '您反映的内容比较空泛，无法确定具体事项，暂不能受理；请说明具体的事情后再提出。',
      '8890 平台：有具体事项时再次提出',
    ),
    notAccepted(
      'repeated',
      '重复',
      '您反映的事项与已经登记的工单相同，不再重复受理；原工单的情况可以凭编号查询。',
      '凭原工单编号查询进度和结果',
    ),
    notAccepted(
      'malicious',
      '带有恶意性语言',
      '您的表述带有恶意性语言，平台不能受理；请就事情本身再次提出。',
      '8890 平台：就事情本身再次提出',
    ),
    notAccepted(
      'distorted',
      '明显歪曲事实',
      '您反映的内容与事实明显不符，平台不能受理；如有新的证据请再次提出。',
      '8890 平台：有新的证据时再次提出',
    ),
    notAccepted(
      'concluded',
      '已有结论',
      '您反映的事项已有结论，平台不再受理；对结论不服的，可以依法申请复议或者提起诉讼。',
      '行政复议机关、人民法院、12348 公共法律服务热线',
    ),
    law(article(12, undefined, 4), '不能提供地点、时间、经过等内容导致无法办理的，可以不予受理', {
      code: 'cannotBeHandled',
      label: '缺少地点、时间、经过，无法办理',
      tell: '您没有提供事情发生的地点、时间或者经过，无法办理，暂不能受理；补充后可以再次提出。',
      otherChannel: '8890 平台：补充内容后再次提出',
    }),
    localPolicy('办法没有写明本市以外的事项；告知事发地的热线', {
      code: 'outsideCity',
      label: '不涉及本市',
      tell: '您反映的事项不在本市，请向事发地的政务服务便民热线提出。',
      otherChannel: '事发地 12345 热线或者辽宁省 8890 平台',
    }),
  ],
  tellReason: law(article(12, undefined, 3), '当场告知诉求人不予受理的理由', true),
  tellOtherChannel: law(article(12, undefined, 3), '告知解决问题的其他渠道', true),
}

export const sendBack: Topics['sendBack'] = {
  fromPlatform: law(
    article(13, undefined, 6),
    '原则上不允许退件；确需退件的，市编办确责、分管市领导签批、本单位情况说明齐全，依其重新分派',
    {
      within: 'DD-D08',
      papers: [
        { code: 'establishmentOffice', label: '市编办确责' },
        { code: 'cityLeader', label: '分管市领导签批' },
        { code: 'statement', label: '本单位情况说明' },
      ],
      verdict: 'papers',
    },
  ),
  tellRequester: localPolicy('重新分派工单的，告知诉求人', true),
  otherChannels: law(
    article(10, undefined, 1),
    '直接提出而不属于本单位职责的，应当告知群众，并给予指导和帮助',
    'DD-D15',
  ),
  dispute: law(article(13, undefined, 6), '职责由市编办确认，报分管市领导签批', 'DD-D08'),
}

export const termination: Topics['termination'] = {
  grounds: [silent('办法没有规定终止办理')],
}

export const material: Topics['material'] = {
  request: silent('办法没有规定限期补齐'),
  notSupplied: law(
    article(12, undefined, 4),
    '不能提供地点、时间、经过导致无法办理的，可以不予受理并告知理由',
    'mayRefuse',
  ),
}
