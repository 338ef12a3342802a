import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 4, 9, 10, 12, 13, 17, 19–21: dispatch, limits by class, urgent situations, secrecy, abuse. */
export const dispatch: Topics['dispatch'] = {
  forward: law(article(12), '8890 平台应当及时转办', 'DD-D13'),
  whoDecides: reading(
    article(12),
    '受理的工作人员作为责任人转办，班长和派单员可以代办',
    ['agent', 'teamLead', 'dispatcher'],
    '条文以受理人员为责任人，没有排除当班的其他岗位',
  ),
  axes: law(article(12, undefined, 2), '按照职责进行转办', ['subject']),
  leadUnit: law(
    [article(13, undefined, 5), article(10, undefined, 3)],
    '8890 平台交办的部门、群众首问的部门为首问责任部门，负责牵头',
    'firstDispatched',
  ),
  severalUnits: law(article(13, undefined, 5), '首问责任部门牵头，其他部门配合', ['leadAndCo']),
  petitionLegs: silent('办法没有规定信访事项同时转信访部门；三种情况移交信访部门协调（第十八条）'),
  accusedUnit: localPolicy('投诉不派给被投诉的单位，派给其上级（A-23）', 'never'),
  delivery: reading(
    article(13, undefined, 1),
    '平台送达承办单位收件箱之时即为接到诉求件，休息日送达的当日视为接到',
    'whenDelivered',
    '“接到诉求件”在“接收”之前；接收不影响办理期限起算（A-25）',
  ),
  unitLeaders: localPolicy('未登记“一把手”和分管领导的单位只提示，不影响转办（第四条第二款）', 'warn'),
  escalation: law(article(19), '影响大、协调难度大的事项，由承办单位以专报形式报市政府分管领导协调', [
    { code: 'cityLeader', label: '以专报报市政府分管领导' },
  ]),
  dispute: silent('办法没有规定职责争议的报告期限；确需退件的由市编办确责（第十三条第（六）项）'),
  urgentSituations: law(article(17), '九种急需处理的事项，除派发工单外以电话方式交办', [
    { number: 1, code: 'sewerBackflow', label: '下水堵塞造成室内返水' },
    { number: 2, code: 'heatingLeak', label: '居民室内供暖故障（漏水）' },
    { number: 3, code: 'lift', label: '电梯故障，有人员被困或者影响本单元居民出行' },
    { number: 4, code: 'powerCut', label: '大面积停电故障' },
    { number: 5, code: 'manholeCover', label: '井盖破损没有警示标示存在安全隐患' },
    { number: 6, code: 'fallingParts', label: '附着物脱落存在安全隐患' },
    { number: 7, code: 'roadCollapse', label: '路面大面积深度塌陷危害车辆、行人安全' },
    { number: 8, code: 'fireHazard', label: '火灾隐患' },
    { number: 9, code: 'other', label: '其他经 8890 平台研究需要紧急处理的事项' },
  ]),
  urgentHandOver: law(article(17), '电话交办后，承办单位应当立即派人员到现场处理', 'DD-D09'),
  classes: law(article(13, undefined, 2), '咨询类、一般事项、疑难事项，期限不同', [
    { code: 'consultation', label: '咨询类' },
    { code: 'general', label: '一般事项' },
    { code: 'complex', label: '疑难事项' },
  ]),
  directContact: law(article(10), '直接投诉到承办单位的，承办单位为首问责任部门', ['DD-D15', 'DD-D16']),
}

export const handlingLimit: Topics['handlingLimit'] = {
  handle: law(article(13, undefined, 2), '咨询类三个、一般事项七个、疑难事项十五个工作日', [
    'DD-D03',
    'DD-D04',
    'DD-D05',
  ]),
  otherLaw: silent('办法没有规定从其他法律的期限'),
  feedback: law(
    [article(13), article(13, undefined, 7)],
    '双向反馈：办结后将结果告知诉求人，并回复 8890 平台',
    ['requester', 'platform'],
  ),
  acknowledge: law(
    article(13, undefined, 1),
    '一个工作日内完成接收，超过即为“超期接收”；不推迟办理期限',
    'DD-D02',
  ),
  firstContact: silent('办法没有另行规定首次联系的期限，联系并答复同在办理期限内'),
  coUnitResult: silent('办法只要求其他部门配合，没有规定期限'),
  resultParts: law(article(13, undefined, 4), '反馈报告客观真实，包含领导作为、调查过程、解决、回访等情况', [
    { code: 'leadership', label: '领导作为情况' },
    { code: 'investigation', label: '诉求问题调查过程' },
    { code: 'solution', label: '解决情况' },
    { code: 'followUp', label: '回访情况' },
  ]),
  policySource: law(article(13, undefined, 4), '政策咨询的回复报告写清文号、文件名称和具体条款', [
    { code: 'documentNumber', label: '文号' },
    { code: 'documentName', label: '文件名称' },
    { code: 'clause', label: '具体条款' },
  ]),
}

export const timeExtension: Topics['timeExtension'] = {
  apply: law(article(13, undefined, 3), '应当在办理时限届满前提出延期办理的理由和依据', 'DD-D06'),
  atMost: law(article(13, undefined, 3), '延期时间不得超过十五个工作日', 'DD-D07'),
  tells: law(article(13, undefined, 3), '提出理由和依据，同时告知诉求人并做好解释工作', [
    { code: 'reason', label: '延期办理的理由' },
    { code: 'basis', label: '延期办理的依据' },
  ]),
  approver: localPolicy('条文只要求提出，没有写明由谁批准；由 8890 平台批准', ['centreLeader', 'supervisor']),
  beyondCap: silent('“不得超过”，没有例外，也就没有批准超过上限的人'),
  whileUndecided: reading(
    article(13, undefined, 3),
    '延期未获批准前，原期限不变',
    'oldDueStands',
    '提出本身不延长期限（A-30）',
  ),
  afterDue: silent('应当在届满前提出，办法没有允许逾期后提出'),
  alsoTold: silent('办法没有规定延期还应当通报谁'),
}

export const recusal: Topics['recusal'] = {
  grounds: localPolicy('办法没有规定回避；沿用近亲属、其他可能影响公正的关系、利害关系三种情形', [
    { code: 'closeRelative', label: '投诉人、被投诉人的近亲属' },
    { code: 'otherRelation', label: '有其他可能影响公正处理的关系' },
    { code: 'interest', label: '与投诉事项有利害关系' },
  ]),
  decide: silent('办法没有规定回避决定的期限'),
  stopsClock: silent('办法没有规定停止计算期限，回避不影响办理期限'),
  whoDecides: localPolicy('单位回避由其上级决定，工作人员回避由其所在单位决定', [
    'unitLeader',
    'supervisor',
    'centreLeader',
    'office',
  ]),
}

export const confidentiality: Topics['confidentiality'] = {
  duty: law(
    article(21),
    '不得泄露不宜公开的内容，不得向无关人员谈论，未经允许不得向被投诉的单位或者个人提供诉求人信息',
    true,
  ),
  levels: localPolicy('密级分为普通、保密、举报人保护', [
    { code: 'normal', label: '普通' },
    { code: 'confidential', label: '保密' },
    { code: 'tipOff', label: '举报人保护' },
  ]),
  identityOfTipOff: localPolicy('举报人身份只有保密席可见（A-24）', 'confidentialDeskOnly'),
  identityOfComplaint: localPolicy('投诉件的承办人通过隐号联系诉求人（A-24）', 'maskedLine'),
  protects: law(article(21), '诉求人的姓名、电话、住址及 IP 地址等信息', ['name', 'contact', 'home', 'ip']),
  accessControl: localPolicy('每次查看身份信息都留痕，诉求人可以查询谁看过', true),
  dataSecurity: silent('办法没有另行规定数据安全'),
}

export const conduct: Topics['conduct'] = {
  truth: silent('办法没有规定诉求人的真实义务；明显歪曲事实的属不受理事项（第九条）'),
  cooperation: silent('办法没有规定诉求人的配合义务'),
  abuse: law(article(20), '长期进行无效投诉、恶意投诉和以骚扰为主的行为，经研究后对其电话相应处置', [
    'futile',
    'malicious',
    'harassment',
  ]),
  grounds: law(article(20), '长期进行的无效投诉、恶意投诉和以骚扰为主的行为', [
    { code: 'futile', label: '长期进行无效投诉' },
    { code: 'malicious', label: '恶意投诉' },
    { code: 'harassment', label: '以骚扰为主的行为' },
  ]),
  numberHandling: law(article(20), '对当事人的电话处置，应当先经 8890 平台研究', 'afterStudy'),
  emergencyStaysOpen: localPolicy('被处置的电话仍可转接紧急救助，处置有期限，可以提出异议', true),
  police: law(article(20), '涉嫌违法的移送公安机关处理，平台自己不处罚', true),
  twoWarnings: silent('办法没有规定结束辱骂通话的程序'),
}
