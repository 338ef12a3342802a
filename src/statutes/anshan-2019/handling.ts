import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 3, 8, 20(二), 20(四), 21, 22, 24, 26 and 27: dispatch, limits, recusal, secrecy. */
export const dispatch: Topics['dispatch'] = {
  forward: law(article(20, undefined, 2), '自受理之日起二个工作日内转承办单位', 'AS19-D03'),
  whoDecides: localPolicy('由受理坐席、班长和派单员转办（第四条由群众工作服务中心受理、分转）', [
    'agent',
    'teamLead',
    'dispatcher',
  ]),
  axes: law(article(3, 2), '属地属事相结合', ['place', 'subject']),
  leadUnit: law(article(24, 2), '解决方案应当明确一个主办单位，其他单位协办', 'namedInSolution'),
  severalUnits: law(article(24, 2), '确定主办单位和协办单位', ['leadAndCo']),
  petitionLegs: law(
    article(20, undefined, 4),
    '信访事项转责任单位办理，同时转信访部门督办',
    'handlerAndPetitionOffice',
  ),
  accusedUnit: reading(
    article(26),
    '不得将投诉、举报转交被投诉、被举报的单位，改转其上级',
    'never',
    '条文禁止把投诉、举报材料转交被举报、被投诉的单位；由上级办理与回避制度一致（A-23）',
  ),
  delivery: reading(
    article(22, 1),
    '平台送达承办单位收件箱之时即为接到转交，休息日送达的当日视为接到',
    'whenDelivered',
    '“自接到转交诉求事项之日起”；签收不影响起算（A-06）',
  ),
  unitLeaders: localPolicy('未登记主要领导和主管领导的单位只提示，不影响转办（第八条领导责任制）', 'warn'),
  escalation: law(
    article(24, 1),
    '与有关单位沟通，报上级或者主管部门，报办公室，报市政府常务会议或者委员会',
    [
      { code: 'talkToUnits', label: '与有关单位沟通' },
      { code: 'superior', label: '报上级行政机关或者主管部门' },
      { code: 'committeeOffice', label: '报群众工作委员会办公室' },
      { code: 'governmentOrCommittee', label: '报市政府常务会议或者群众工作委员会' },
    ],
  ),
  dispute: law(article(28, 2), '对其他渠道诉求职责有争议的，报上级或者主管部门确定', 'AS19-D11'),
  urgentSituations: silent('条例没有列出应当电话交办的急需处理情形'),
  urgentHandOver: silent('条例没有规定电话交办'),
  classes: silent('条例不区分咨询、一般和疑难事项'),
}

export const handlingLimit: Topics['handlingLimit'] = {
  handle: law(article(22, 1), '自接到转交诉求事项之日起五个工作日内办结', ['AS19-D06']),
  otherLaw: law(article(22, 1), '法律法规对办理时限有明确规定的从其规定', true),
  feedback: law(article(21), '反馈诉求人，同时反馈群众诉求平台', ['requester', 'platform']),
  acknowledge: silent('条例没有规定签收，签收不影响期限起算'),
  firstContact: silent('条例没有规定首次联系诉求人的期限'),
  coUnitResult: silent('条例没有规定协办单位的期限'),
  resultParts: silent('条例没有规定办理结果的内容'),
  policySource: silent('条例没有规定政策答复应当写明的依据'),
}

export const timeExtension: Topics['timeExtension'] = {
  apply: law(article(22, 2), '五个工作日内申请延期', 'AS19-D07'),
  atMost: law(article(22, 2), '申请延期一般不超过两个月', 'AS19-D08'),
  tells: law(article(22, 2), '反馈诉求人无法按期办结的原因，告知进度、措施及时限', [
    { code: 'reason', label: '无法按期办结的原因' },
    { code: 'progress', label: '继续办理的进度' },
    { code: 'measures', label: '办理措施' },
    { code: 'limit', label: '办理时限' },
  ]),
  approver: localPolicy('条文没有写明由谁批准；由群众工作服务中心批准', ['centreLeader', 'office']),
  beyondCap: localPolicy('“一般不超过两个月”；超过两个月的由办公室批准', ['office']),
  whileUndecided: reading(
    article(22, 1),
    '延期未获批准前，原期限不变',
    'oldDueStands',
    '申请本身不延长期限（A-30）',
  ),
  afterDue: silent('条例没有允许逾期后申请延期'),
  alsoTold: silent('条例没有规定延期还应当通报谁'),
}

export const recusal: Topics['recusal'] = {
  grounds: law(article(27, 1), '近亲属、其他可能影响公正的关系、与事项有利害关系', [
    { code: 'closeRelative', label: '投诉人、举报人、被投诉人、被举报人的近亲属' },
    { code: 'otherRelation', label: '有其他可能影响公正处理的关系' },
    { code: 'interest', label: '与投诉、举报事项有利害关系' },
  ]),
  decide: law(article(27, 2), '三个工作日内决定并书面答复', 'AS19-D09'),
  stopsClock: reading(
    article(27, 3),
    '回避决定期间不计入受理、办理期限，最多扣除三个工作日',
    { atMostWorkingDays: 3 },
    '条文没有上限；按第二款的决定期限封顶，以免迟延决定长期停止计时',
  ),
  whoDecides: reading(
    article(27, 2),
    '单位回避由其上级机关决定，工作人员回避由其所在单位决定',
    ['unitLeader', 'supervisor', 'centreLeader', 'office'],
    '上级机关由督办和办公室角色代表，所在单位由其分管领导代表',
  ),
}

export const confidentiality: Topics['confidentiality'] = {
  duty: law(article(26), '投诉、举报信息予以保密，不得透露或者转交被举报、被投诉的单位或者个人', true),
  levels: localPolicy('密级分为普通、保密、举报人保护', [
    { code: 'normal', label: '普通' },
    { code: 'confidential', label: '保密' },
    { code: 'tipOff', label: '举报人保护' },
  ]),
  identityOfTipOff: reading(
    article(26),
    '举报人身份只有保密席可见',
    'confidentialDeskOnly',
    '“办理群众诉求事项的必要信息及材料除外”从严理解（A-24）',
  ),
  identityOfComplaint: reading(
    article(26),
    '投诉件的承办人通过隐号联系诉求人',
    'maskedLine',
    '“办理群众诉求事项的必要信息及材料除外”从严理解（A-24）',
  ),
  protects: silent('条例没有列举受保护的身份信息，按投诉、举报信息一体保护'),
  accessControl: localPolicy('每次查看身份信息都留痕，诉求人可以查询谁看过', true),
  dataSecurity: law(article(33), '国家秘密、商业秘密、个人隐私及个人信息不得泄露', [
    'stateSecret',
    'businessSecret',
    'privacy',
    'personalInformation',
  ]),
}

export const conduct: Topics['conduct'] = {
  truth: law(article(12), '诉求应当客观理性、具体明确、合法可执行，诉求人对真实性负责', true),
  abuse: law(article(13), '不得无正当理由反复使用渠道、长时间占用热线，不得骚扰、侮辱、威胁', true),
  lawfulMeans: law(article(14), '依法表达诉求', true),
  cooperation: law(article(15), '诉求人应当配合调查核实', true),
  grounds: law(
    [article(12), article(13), article(14), article(40)],
    '歪曲捏造、诬告陷害，反复使用渠道、长时间占用热线，骚扰侮辱威胁，不正当手段或者非法行为',
    [
      { code: 'fabrication', label: '歪曲捏造事实，诽谤、诬告、陷害他人' },
      { code: 'abuseOfLine', label: '无正当理由反复使用渠道、长时间占用热线' },
      { code: 'harassment', label: '恶意骚扰、侮辱、威胁工作人员' },
      { code: 'unlawfulMeans', label: '采取不正当手段或者非法行为，扰乱工作秩序' },
    ],
  ),
  police: law(article(40), '构成违反治安管理行为的依法处罚，平台自己不处罚', true),
  twoWarnings: silent('条例没有规定结束辱骂通话的程序'),
}
