import { localChannels } from '../local-channels.ts'
import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 2, 6, 9, 12, 16, 18 and 20: what is taken in, what an order must hold, what is not accepted. */
export const acceptance: Topics['acceptance'] = {
  kinds: law(article(2, 1), '诉求分为查询、咨询、求助、意见、建议、情况反映、投诉、举报八类', [
    { code: 'inquiry', label: '查询' },
    { code: 'consultation', label: '咨询' },
    { code: 'help', label: '求助' },
    { code: 'opinion', label: '意见' },
    { code: 'suggestion', label: '建议' },
    { code: 'situation', label: '情况反映' },
    { code: 'complaint', label: '投诉' },
    { code: 'tipOff', label: '举报' },
  ]),
  requesterKinds: law(article(2, 2), '诉求人为自然人、法人或者其他组织', [
    { code: 'naturalPerson', label: '自然人' },
    { code: 'legalPerson', label: '法人' },
    { code: 'otherOrganisation', label: '其他组织' },
  ]),
  categories: law(article(6, 1), '8890 平台受理十类诉求事项', [
    { code: 1, label: '民生需求的查询、咨询' },
    { code: 2, label: '求助、意见、建议、情况反映' },
    { code: 3, label: '举报、投诉' },
    { code: 4, label: '信访', petition: true },
    { code: 5, label: '公益诉讼的建议、投诉' },
    { code: 6, label: '企业开办、运营、注销' },
    { code: 7, label: '生态环境许可、执法、污染投诉举报' },
    { code: 8, label: '食品、药品安全' },
    { code: 9, label: '生产和社会公共服务领域安全' },
    { code: 10, label: '其他社会治理和公共服务事项' },
  ]),
  careGroups: law(article(9), '加强对未成年人、老年人、残疾人、妇女、农民工等群体的援助', [
    { code: 'minor', label: '未成年人' },
    { code: 'elderly', label: '老年人' },
    { code: 'disabled', label: '残疾人' },
    { code: 'woman', label: '妇女' },
    { code: 'migrantWorker', label: '农民工' },
  ]),
  oneSystem: law(article(6, 2), '12345、民心网、市长信箱等渠道纳入 8890 平台系统内统一管理', true),
  aroundTheClock: law(article(16), '每周七天、每天二十四小时实时受理', true),
  sourceChannels: [
    law(article(6, 2), '12345 政府热线纳入 8890 平台系统内统一管理', {
      code: 'line12345',
      label: '12345 政府热线',
    }),
    law(article(6, 2), '民心网纳入 8890 平台系统内统一管理', { code: 'minxin', label: '民心网' }),
    law(article(6, 2), '市长信箱纳入 8890 平台系统内统一管理', { code: 'mayorMailbox', label: '市长信箱' }),
    law(article(5, 2), '与辽宁省 8890 平台开展业务对接', { code: 'province', label: '辽宁省 8890 平台' }),
    law(article(5, 2), '与县（市）区、开发区 8890 工作站开展业务对接', {
      code: 'station',
      label: '8890 工作站',
    }),
    reading(
      article(6, 2),
      '人民网留言板的诉求在 8890 平台系统内统一管理',
      { code: 'messageBoard', label: '人民网留言板' },
      '条文列举到“等诉求渠道”为止，留言板同属网络诉求渠道',
    ),
    reading(
      article(6, 2),
      '国务院互联网+督查平台转来的诉求在 8890 平台系统内统一管理',
      { code: 'stateCouncilBoard', label: '国务院“互联网+督查”平台' },
      '条文列举到“等诉求渠道”为止，督查平台同属网络诉求渠道',
    ),
    reading(
      [article(7, 2), article(32)],
      '110 等渠道转来的非紧急诉求予以登记',
      { code: 'police110', label: '110 报警服务台' },
      '第七条把 110 列为其他渠道，第三十二条要求与其他平台“互转”',
    ),
    ...localChannels('条例没有单独写明'),
  ],
  timeOfReceipt: reading(
    [article(20), article(7, 1)],
    '受理、转交的期限自 8890 平台收到之时起计算；在来源渠道提出的时间另行记录',
    'whenCentreReceived',
    '“诉求人向 8890 平台提出诉求事项后”才有平台的期限；在其他渠道的办理“依照相关法律法规和规定执行”',
  ),
  onTheSpot: law(article(20, undefined, 1), '可当场答复或者处理的，直接答复或者处理', 'AS19-D01'),
  decide: law(article(20, undefined, 2), '不能当场答复的，三个工作日内确定是否受理', 'AS19-D02'),
  withoutIdentity: reading(
    article(18, undefined, 1),
    '匿名诉求照常受理，办理单标注要素不全并继续补问',
    'acceptedIncomplete',
    '条文规定办理单应当包括姓名等内容，但没有规定匿名不予受理（A-07）',
  ),
  repeated: reading(
    article(25, undefined, 2),
    '同一事项重复反映的，登记并关联原办理单，未解决的计入督办',
    'linked',
    '条文没有规定重复诉求不予受理，多次反映未解决的应当督办（C-09）',
  ),
  elements: {
    requesterName: law(article(18, undefined, 1), '办理单应当包括诉求人姓名', {
      label: '诉求人姓名',
      must: true,
    }),
    requesterAddress: law(article(18, undefined, 1), '办理单应当包括现住所', { label: '现住所', must: true }),
    requesterContact: law(article(18, undefined, 1), '办理单应当包括联系方式', {
      label: '联系方式',
      must: true,
    }),
    facts: law(article(18, undefined, 1), '办理单应当包括诉求相关事项信息', {
      label: '诉求内容',
      must: true,
    }),
    kind: reading(
      article(2, 1),
      '办理单注明诉求类别',
      { label: '诉求类别', must: true },
      '第二条列出八类诉求，事项信息应当能够区分类别',
    ),
    category: reading(
      article(6, 1),
      '办理单注明受理事项类别',
      { label: '事项类别', must: true },
      '第六条列出十类受理事项，确定是否受理以类别为据',
    ),
    place: reading(
      article(2, 1),
      '办理单注明事项发生地点',
      { label: '事发地点', must: true },
      '诉求应当涉及本市行政区域内事项，属地办理也需要地点（第三条）',
    ),
    confidentialityWish: localPolicy('询问诉求人是否要求保密（第二十六条的保密义务不以提出为前提）', {
      label: '保密意愿',
      must: false,
    }),
  },
}

export const refusal: Topics['refusal'] = {
  reasons: [
    reading(
      article(2, 1),
      '不涉及本市行政区域的，不属于本条例所称群众诉求',
      {
        code: 'outsideCity',
        label: '不涉及本市行政区域',
        tell: '您反映的事项不在本市行政区域内，请向事发地的政务服务便民热线提出。',
        otherChannel: '事发地 12345 热线或者辽宁省 8890 平台',
      },
      '条文没有列举不予受理的情形，由第二条的适用范围得出',
    ),
    reading(
      article(6, 1, 10),
      '不涉及社会治理和公共服务的，不在受理事项之内',
      {
        code: 'notPublicMatter',
        label: '不属于社会治理和公共服务事项',
        tell: '您反映的事项不属于平台受理范围，可以通过协商、人民调解或者诉讼解决。',
        otherChannel: '人民调解委员会、12348 公共法律服务热线',
      },
      '条文没有列举不予受理的情形，由第六条的受理范围得出',
    ),
    reading(
      article(12),
      '诉求不具有合法性或者可执行性的，说明理由后不予受理',
      {
        code: 'notLawful',
        label: '不具有合法性或者可执行性',
        tell: '您提出的要求不符合法律规定或者无法执行，平台不能受理。',
        otherChannel: '12348 公共法律服务热线',
      },
      '第十二条要求诉求具有合法性和可执行性，没有写明后果',
    ),
  ],
  tellReason: reading(
    article(10, 1),
    '不予受理的，告知结果和理由',
    true,
    '诉求人有权获知受理情况，不说明理由等于没有告知',
  ),
  tellOtherChannel: localPolicy('不予受理时一并告知其他解决渠道', true),
}

export const sendBack: Topics['sendBack'] = {
  fromPlatform: silent('条例没有规定承办单位可以退回平台转交的事项'),
  tellRequester: silent('条例没有规定退回，也就没有退回告知'),
  otherChannels: law(
    article(28, 1),
    '其他渠道诉求不属于本单位职责的，及时告知可以通过 8890 平台提出',
    'AS19-D10',
  ),
  dispute: law(article(28, 2), '对其他渠道诉求职责有争议的，及时报上级或者主管部门研究确定', 'AS19-D11'),
}

export const termination: Topics['termination'] = {
  grounds: [silent('条例没有规定终止办理；诉求人不配合的（第十五条），保持办理并请办公室协调')],
}

export const material: Topics['material'] = {
  request: silent('条例没有规定限期补齐材料；要素不全的照常受理并继续补问'),
  notSupplied: silent('条例没有规定补齐材料，也就没有逾期的后果'),
}
