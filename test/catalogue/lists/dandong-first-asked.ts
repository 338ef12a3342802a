import type { Lists } from './list.ts'

export const dandongFirstAsked: Lists = [
  ['acceptance.kinds', { consultation: '咨询', help: '求助', complaint: '投诉', suggestion: '意见建议' }],
  [
    'acceptance.categories',
    {
      1: '对有关部门和单位工作职责、办事程序和政策规定等方面的咨询',
      2: '对影响群众日常生活的各类民生问题的诉求',
      3: '便民服务类诉求',
      4: '工作作风、办事效率、不作为、乱作为等问题的投诉',
      5: '对经济建设、城市建设和社会事业等方面的意见建议',
    },
  ],
  [
    'acceptance.sources',
    {
      phone: '电话（8890000或12345）',
      web: '网络（原民心网）',
      stateCouncilBoard: '国务院“互联网+督察”留言平台',
      mayorBoard: '人民网市长留言板',
      letter: '信件',
      sms: '短信',
      wechat: '微信',
    },
  ],
  [
    'refusal.reasons',
    {
      vague: '空泛',
      repeated: '重复',
      malicious: '带有恶意性语言',
      distorted: '明显歪曲事实',
      concluded: '已有结论',
      cannotBeHandled: '不能提供诉求事项的发生地点、时间、经过等相关内容，导致无法办理',
    },
  ],
  ['referral.numbers', { 110: '110', 119: '119', 120: '120', 12350: '12350', 12395: '12395' }],
  ['referral.tellsOfOtherDuty', { notOurs: '应当告知群众', guidance: '给予指导和帮助' }],
  [
    'dispatch.urgentSituations',
    {
      sewerBackflow: '下水堵塞造成室内返水',
      heatingLeak: '居民室内供暖故障（漏水）',
      lift: '电梯故障，有人员被困或本单元电梯故障影响居民出行',
      powerCut: '大面积停电故障',
      manholeCover: '井盖破损没有警示标示存在安全隐患',
      fallingParts: '附着物脱落存在安全隐患',
      roadCollapse: '路面大面积深度塌陷危害车辆、行人安全',
      fireHazard: '火灾隐患',
      other: '其他经8890平台研究需要紧急处理的事项',
    },
  ],
  ['dispatch.classes', { consultation: '咨询类事项', general: '一般事项', complex: '疑难事项' }],
  ['handlingLimit.feedback', { requester: '告知诉求人', platform: '回复8890平台' }],
  [
    'handlingLimit.resultParts',
    {
      leadership: '领导作为情况',
      investigation: '诉求问题调查过程',
      solution: '解决情况',
      followUp: '回访情况',
    },
  ],
  ['handlingLimit.policySource', { documentNumber: '文号', documentName: '文件名称', clause: '具体条款' }],
  [
    'sendBack.fromPlatform.papers',
    {
      establishmentOffice: '向市编办申请确责',
      cityLeader: '上报分管市领导签批',
      statement: '本单位情况说明',
    },
  ],
  ['timeExtension.tells', { reason: '延期办理的理由', basis: '依据' }],
  [
    'supervision.triggers',
    { overdue: '逾期未办结', untrueResult: '办理结果不实', procedure: '办理程序存在明显问题' },
  ],
  ['supervision.means', { phone: '电话', onSite: '现场督办', supervisionSheet: '督办单' }],
  ['supervision.levels', { first: '一次督办', second: '二次督办' }],
  [
    'supervision.onward.petitionOffice.grounds',
    {
      legacy: '历史遗留问题',
      collective: '群体性问题',
      alreadyCoordinated: '相关部门已经协调处理过的问题',
    },
  ],
  ['supervision.onward.specialReport.grounds', { largeEffect: '影响大', hardToCoordinate: '协调难度大' }],
  [
    'supervision.onward.discipline.grounds',
    {
      refusal: '对法定职责内的事项拒不接收',
      leftUndone: '应办未办，经督办仍未办理',
      falsehood: '违反有关规定及造假行为，造成不良影响',
      evasion: '推诿扯皮，导致诉求事项不能及时办理',
      rudeness: '服务态度生硬、作风粗暴，导致不良后果',
      retaliation: '对诉求人进行打击报复',
      abuseOfPower: '其他滥用职权、玩忽职守、徇私舞弊',
    },
  ],
  [
    'supervision.onward.clues.grounds',
    {
      refusesToCorrect: '拒绝改正错误，使损害或影响继续扩大',
      obstruction: '隐瞒事实真相，干扰、阻碍责任追究工作',
      delayOrGroupPetition: '导致诉求事项不能及时办理的或引发群访事件',
      repeatedAccountability: '一年之内被责任追究2次以上（含2次）',
    },
  ],
  ['confidentiality.protects', { name: '姓名', contact: '电话', home: '住址', ip: 'IP地址' }],
  ['conduct.grounds', { futile: '长期进行无效投诉', malicious: '恶意投诉', harassment: '以骚扰为主的行为' }],
  ['knowledgeBase.holdings', { government: '政务知识库', enterprises: '便民企业信息库' }],
  [
    'dataUse.functions',
    {
      consultation: '政策咨询',
      complaints: '投诉受理',
      evaluation: '监督评价',
      decisions: '服务决策',
      warning: '风险预警',
      interaction: '政民互动',
    },
  ],
  [
    'assessment.unitDuties',
    {
      assignment: '分派',
      forwarding: '转办',
      concluding: '报结',
      followUp: '回访',
      tracking: '跟踪',
      supervision: '督办',
      analysis: '分析',
    },
  ],
  [
    'assessment.accountability',
    {
      refusal: '拒不接收',
      leftUndone: '应办未办',
      falsehood: '造假',
      evasion: '推诿扯皮',
      rudeness: '态度生硬、作风粗暴',
      retaliation: '打击报复',
      abuseOfPower: '滥用职权',
    },
  ],
  [
    'assessment.mitigation',
    {
      selfCorrection: '主动认知过错行为，并立即改正',
      cooperation: '积极配合调查并弥补过失',
      damageAvoided: '有效避免或者挽回损失、消除不良影响',
      causedByServedParty: '因管理或服务对象原因引起',
    },
  ],
]
