import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 4, 8–10, 12–15, 23, 26 and 29: dispatch, limits, secrecy, duties of the requester. */
export const dispatch: Topics['dispatch'] = {
  forward: law(article(12, 1), '不能当场答复或者处理的，及时准确向承办单位派发工单', 'ASD-D02'),
  whoDecides: reading(
    article(12, 1),
    '由市热线工作机构研判派单：受理坐席、班长和派单员',
    ['agent', 'teamLead', 'dispatcher'],
    '条文只写机构，没有写人员；当班的受理和派单岗位代表机构',
  ),
  axes: law(article(12, 1), '根据事项的性质、内容、涉及领域、涉及部门等研判', [
    'nature',
    'content',
    'domain',
    'department',
  ]),
  leadUnit: law(article(13), '首接负责制：首接的承办单位即为主办责任单位', 'firstDispatched'),
  severalUnits: law(article(13), '其他有关单位配合主办责任单位，办理结果由主办责任单位汇总', ['leadAndCo']),
  petitionLegs: silent('草案没有规定信访事项同时转信访部门督办'),
  accusedUnit: localPolicy('投诉、举报不派给被投诉、被举报的单位，派给其上级（A-23）', 'never'),
  delivery: reading(
    article(15, 1),
    '平台送达承办单位收件箱之时即为接到转交，休息日送达的当日视为接到',
    'whenDelivered',
    '“自接到转交诉求事项之日起”；签收不影响起算（A-06）',
  ),
  unitLeaders: silent('草案没有规定承办单位领导的登记'),
  escalation: reading(
    article(4),
    '重大事项和重点难点问题先由县（市）区的协调部门推进，再报市热线工作协调机制',
    [
      { code: 'countyCoordinator', label: '县（市）区负责协调推进的部门' },
      { code: 'cityMechanism', label: '市人民政府热线工作协调机制' },
    ],
    '条文规定两级职责，没有写明先后；由近及远',
  ),
  dispute: silent('草案没有规定职责争议的报告期限'),
  urgentSituations: silent('草案没有列出应当电话交办的急需处理情形'),
  urgentHandOver: silent('草案没有规定电话交办'),
  classes: silent('草案不区分咨询、一般和疑难事项'),
  withoutOwner: law(
    article(26),
    '法律、法规、规章等未明确管理职责的事项，鼓励承办单位主动作为',
    'encouraged',
  ),
}

export const handlingLimit: Topics['handlingLimit'] = {
  handle: law(article(15, 1), '自接到转交诉求事项之日起五个工作日内办结', ['ASD-D05']),
  otherLaw: law(article(15, 1), '法律法规对办理时限有明确规定的从其规定', true),
  feedback: law(
    article(14, undefined, 3),
    '办结后向诉求人反馈办理结果，征求诉求人意见，并向热线工作机构反馈办理情况',
    ['requester', 'platform'],
  ),
  acknowledge: silent('草案没有规定签收，签收不影响期限起算'),
  firstContact: law(article(14, undefined, 1), '及时联系诉求人，听取意见建议，了解诉求具体情况', 'ASD-D04'),
  coUnitResult: law(article(13), '其他有关单位在规定的期限内将办理结果报送主办责任单位', 'ASD-D08'),
  coUnitLate: law(article(13), '不能按期办结的，应当说明理由并报告阶段性工作情况', [
    { code: 'reason', label: '理由' },
    { code: 'stageReport', label: '阶段性工作情况' },
  ]),
  unsolvable: law(article(14, undefined, 2), '因客观原因暂时无法解决的，向诉求人做好解释工作', 'explain'),
  resultParts: silent('草案没有规定办理结果的内容'),
  policySource: silent('草案没有规定政策答复应当写明的依据'),
}

export const timeExtension: Topics['timeExtension'] = {
  apply: law(article(15, 2), '在办结时限内申请延期', 'ASD-D06'),
  atMost: law(article(15, 2), '诉求事项办结累计不超过两个月', 'ASD-D07'),
  tells: law(article(15, 2), '反馈无法按期办结原因，告知继续办理进度、办理措施以及办理时限', [
    { code: 'reason', label: '无法按期办结原因' },
    { code: 'progress', label: '继续办理进度' },
    { code: 'measures', label: '办理措施' },
    { code: 'limit', label: '办理时限' },
  ]),
  approver: localPolicy('条文规定申请，没有写明由谁批准；由热线工作机构或者热线行政主管部门批准', [
    'centreLeader',
    'office',
  ]),
  beyondCap: silent('两个月是累计上限，没有例外，也就没有批准超过上限的人'),
  whileUndecided: reading(
    article(15, 2),
    '延期未获批准前，原期限不变',
    'oldDueStands',
    '申请本身不延长期限（A-30）',
  ),
  afterDue: silent('草案没有允许逾期后申请延期'),
  alsoTold: law(article(14, undefined, 2), '依法延长办理时限的，通报热线行政主管部门', ['office']),
}

export const recusal: Topics['recusal'] = {
  grounds: localPolicy('草案没有规定回避；沿用近亲属、其他可能影响公正的关系、利害关系三种情形', [
    { code: 'closeRelative', label: '投诉人、举报人、被投诉人、被举报人的近亲属' },
    { code: 'otherRelation', label: '有其他可能影响公正处理的关系' },
    { code: 'interest', label: '与投诉、举报事项有利害关系' },
  ]),
  decide: silent('草案没有规定回避决定的期限'),
  stopsClock: silent('草案没有规定停止计算期限，回避不影响办理时限'),
  whoDecides: localPolicy('单位回避由其上级决定，工作人员回避由其所在单位决定', [
    'unitLeader',
    'supervisor',
    'centreLeader',
    'office',
  ]),
}

export const confidentiality: Topics['confidentiality'] = {
  duty: law(article(8, 2), '诉求涉及的个人隐私、个人信息、商业秘密等依法予以保密', true),
  levels: localPolicy('密级分为普通、保密、举报人保护', [
    { code: 'normal', label: '普通' },
    { code: 'confidential', label: '保密' },
    { code: 'tipOff', label: '举报人保护' },
  ]),
  identityOfTipOff: localPolicy('举报人身份只有保密席可见（A-24）', 'confidentialDeskOnly'),
  identityOfComplaint: localPolicy('投诉件的承办人通过隐号联系诉求人（A-24）', 'maskedLine'),
  protects: silent('草案没有列举身份信息的项目，个人隐私和个人信息一体保护'),
  accessControl: law(article(23), '加强业务系统访问查询、共享信息使用的全过程安全管理', true),
  dataSecurity: law(article(23), '依法保护国家秘密、商业秘密、个人隐私', [
    'stateSecret',
    'businessSecret',
    'privacy',
  ]),
}

export const conduct: Topics['conduct'] = {
  truth: law(article(9, 1), '如实表达诉求，提供必要信息，并对诉求内容的真实性负责', true),
  cooperation: law(article(9, 2), '配合诉求办理，尊重工作人员，遵守工作秩序，客观评价办理情况', true),
  abuse: law(
    article(10),
    '不得歪曲捏造事实、诽谤诬告陷害，不得谋取非法或者不正当利益，不得反复、长时间占用热线，不得骚扰、侮辱、威胁',
    ['fabrication', 'improperGain', 'occupation', 'harassment'],
  ),
  grounds: law(article(10), '诉求人不得有的四类行为', [
    { code: 'fabrication', label: '歪曲、捏造事实，诽谤、诬告陷害他人或者损害他人合法权益' },
    { code: 'improperGain', label: '利用热线谋取非法或者不正当利益' },
    { code: 'abuseOfLine', label: '无正当理由反复使用或者故意长时间占用热线' },
    { code: 'harassment', label: '骚扰、侮辱、威胁工作人员' },
  ]),
  police: law(article(29), '违反第十条构成违反治安管理行为的，由公安机关依法处理，热线自己不处罚', true),
  admonition: law(article(12, 2, 6), '违反规定、违背公序良俗的，劝导、教育并告知规定和后果', true),
  twoWarnings: silent('草案没有规定结束辱骂通话的程序'),
}
