import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 2, 9–15, 18, 20 and 29: dispatch, limits, secrecy, duties of the requester. */
export const dispatch: Topics['dispatch'] = {
  forward: law(article(10, 3), '应当在受理当日转交有权处理的承办单位', 'BY24-D03'),
  forwardConsultation: law(
    article(10, 2),
    '不能即时答复的咨询，应当在受理当日转交有权答复的承办单位',
    'BY24-D02',
  ),
  whoDecides: reading(
    [article(10, 3), article(11)],
    '由平台转交：受理坐席、班长和派单员',
    ['agent', 'teamLead', 'dispatcher'],
    '条文只写平台，没有写人员；当班的受理和派单岗位代表平台',
  ),
  axes: reading(
    article(11, undefined, 1),
    '按职责和管辖确定承办单位',
    ['subject', 'place'],
    '“权责明确、管辖清晰”：职责是属事，管辖是属地',
  ),
  leadUnit: law(article(11, undefined, 2), '由平台确定一个承办单位牵头办理', 'namedByPlatform'),
  severalUnits: law(article(11, undefined, 2), '一个单位牵头、有关单位配合，或者分别确定承办单位办理', [
    'leadAndCo',
    'split',
  ]),
  petitionLegs: silent('条例没有规定信访事项同时转信访部门，告诉诉求人依信访程序处理（第十条第四款）'),
  accusedUnit: localPolicy('投诉、举报不转给被投诉、被举报的单位，转其上级（A-23）', 'never'),
  delivery: reading(
    article(10, 3),
    '平台送达承办单位收件箱之时即为接到转办件，休息日送达的当日视为接到',
    'whenDelivered',
    '“接到转办件后”；签收不影响起算（A-06）',
  ),
  unitLeaders: silent('条例没有规定承办单位领导的登记'),
  escalation: law(
    [article(11, undefined, 3), article(13)],
    '情况复杂的由平台召集联席会议，疑难复杂或者职责边界不清的可以提交上级单位或者本级人民政府',
    [
      { code: 'jointMeeting', label: '平台召集联席会议' },
      { code: 'superior', label: '提交上级单位' },
      { code: 'government', label: '提交本级人民政府' },
    ],
  ),
  dispute: silent('条例没有规定职责争议的报告期限'),
  urgentSituations: silent('条例没有列出应当电话交办的急需处理情形'),
  urgentHandOver: silent('条例没有规定电话交办'),
  classes: silent('条例不按类别区分期限；是否复杂疑难由逾期后的说明写明（第十五条）'),
}

export const handlingLimit: Topics['handlingLimit'] = {
  handle: law([article(10, 2), article(10, 3)], '承办单位应当在平台规定的期限内答复咨询、反馈办理结果', [
    'BY24-D04',
    'BY24-D05',
  ]),
  otherLaw: law(article(2, 2), '法律、法规对平台诉求办理已有规定的，依照其规定执行', true),
  feedback: law(article(14, undefined, 3), '限时向诉求人和平台反馈办理情况', ['requester', 'platform']),
  acknowledge: silent('条例没有规定签收，签收不影响期限起算'),
  firstContact: law(
    article(14, undefined, 1),
    '及时联系诉求人，听取意见建议，了解具体情况，告知办理程序及期限',
    'BY24-D11',
  ),
  coUnitResult: law(article(18), '其他单位应当配合，并将办理结果提交至承办单位', 'BY24-D12'),
  coUnitLate: law(article(18), '不能按期办结的，应当说明理由并提交阶段性办理情况', [
    { code: 'reason', label: '理由' },
    { code: 'stageReport', label: '阶段性办理情况' },
  ]),
  resultParts: silent('条例没有规定办理结果的内容'),
  policySource: silent('条例没有规定政策答复应当写明的依据'),
}

export const timeExtension: Topics['timeExtension'] = {
  apply: law(article(15), '复杂疑难的诉求未能限时办结的，应当向平台说明原因', 'BY24-D06'),
  atMost: silent('条例没有规定继续办理的最长期限'),
  tells: law(article(15), '向平台说明原因，告知诉求人办理进度、解决措施及办理期限', [
    { code: 'reason', label: '原因' },
    { code: 'progress', label: '办理进度' },
    { code: 'measures', label: '解决措施' },
    { code: 'limit', label: '办理期限' },
  ]),
  approver: silent('条例没有规定批准，说明原因并告知诉求人即可'),
  beyondCap: silent('条例没有上限，也就没有批准超过上限的人'),
  whileUndecided: silent('条例没有规定批准，也就没有等待批准的期间；原期限届满即为超时'),
  afterDue: law(article(15), '未能限时办结的，逾期后说明原因', true),
  alsoTold: silent('条例没有规定还应当通报谁'),
}

export const recusal: Topics['recusal'] = {
  grounds: localPolicy('条例没有规定回避；沿用近亲属、其他可能影响公正的关系、利害关系三种情形', [
    { code: 'closeRelative', label: '投诉人、举报人、被投诉人、被举报人的近亲属' },
    { code: 'otherRelation', label: '有其他可能影响公正处理的关系' },
    { code: 'interest', label: '与投诉、举报事项有利害关系' },
  ]),
  decide: silent('条例没有规定回避决定的期限'),
  stopsClock: silent('条例没有规定停止计算期限，回避不影响办理期限'),
  whoDecides: localPolicy('单位回避由其上级决定，工作人员回避由其所在单位决定', [
    'unitLeader',
    'supervisor',
    'centreLeader',
    'office',
  ]),
}

export const confidentiality: Topics['confidentiality'] = {
  duty: law(article(14, undefined, 4), '不得泄露诉求人要求保密或者不宜公开的内容', true),
  levels: localPolicy('密级分为普通、保密、举报人保护', [
    { code: 'normal', label: '普通' },
    { code: 'confidential', label: '保密' },
    { code: 'tipOff', label: '举报人保护' },
  ]),
  identityOfTipOff: localPolicy('举报人身份只有保密席可见（A-24）', 'confidentialDeskOnly'),
  identityOfComplaint: localPolicy('投诉件的承办人通过隐号联系诉求人（A-24）', 'maskedLine'),
  protects: silent('条例没有列举身份信息的项目，按诉求人要求保密或者不宜公开的内容一体保护'),
  accessControl: localPolicy('每次查看身份信息都留痕，诉求人可以查询谁看过', true),
  dataSecurity: silent('条例没有另行规定数据安全'),
}

export const conduct: Topics['conduct'] = {
  truth: law(article(9, 3), '诉求应当客观真实，诉求人对所提供材料内容的真实性负责，不得捏造、歪曲事实', true),
  cooperation: law(article(9, 4), '平台需要的姓名、联系方式、具体地址、事实与理由，诉求人应当如实提供', true),
  abuse: law(
    [article(9, 3), article(29)],
    '五种行为由平台或者承办单位的工作人员劝阻、教育和批评，并告知法律后果',
    ['occupation', 'fabrication', 'improperGain', 'harassment', 'other'],
  ),
  grounds: law(article(29), '诉求人不得有的五类行为', [
    { code: 'abuseOfLine', label: '无正当理由反复使用、长时间占用平台资源' },
    { code: 'fabrication', label: '歪曲、捏造事实，诽谤、诬告、陷害他人' },
    { code: 'improperGain', label: '利用平台谋取非法或者不正当利益' },
    { code: 'harassment', label: '对办理诉求的工作人员骚扰、侮辱、威胁' },
    { code: 'other', label: '其他不当或者违法诉求行为' },
  ]),
  police: law(article(29), '违反治安管理行为的依法处罚，构成犯罪的追究刑事责任，平台自己不处罚', true),
  lawfulMeans: law(article(6, 2), '引导诉求人依法理性反映诉求', true),
  twoWarnings: silent('条例没有规定结束辱骂通话的程序'),
}
