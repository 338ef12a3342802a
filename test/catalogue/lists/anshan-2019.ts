import type { Lists } from './list.ts'

export const anshan2019: Lists = [
  [
    'acceptance.kinds',
    {
      inquiry: '查询',
      consultation: '咨询',
      help: '求助',
      opinion: '意见',
      suggestion: '建议',
      situation: '情况反映',
      complaint: '投诉',
      tipOff: '举报',
    },
  ],
  [
    'acceptance.requesterKinds',
    { naturalPerson: '自然人', legalPerson: '法人', otherOrganisation: '其他组织' },
  ],
  [
    'acceptance.categories',
    {
      1: '涉及群众民生需求的查询、咨询',
      2: '涉及群众求助、意见、建议、情况反映',
      3: '涉及群众举报、投诉',
      4: '涉及群众信访',
      5: '涉及公益诉讼的建议、投诉',
      6: '涉及企业开办、运营、注销',
      7: '涉及生态环境许可申办、生态环境执法及对环境污染行为的投诉、举报',
      8: '涉及食品、药品安全',
      9: '涉及生产和社会公共服务领域安全',
      10: '其他涉及社会治理和公共服务',
    },
  ],
  [
    'acceptance.careGroups',
    {
      minor: '未成年人',
      elderly: '老年人',
      disabled: '残疾人',
      woman: '妇女',
      migrantWorker: '农民工',
    },
  ],
  ['referral.numbers', { 110: '110', 119: '119', 120: '120', 122: '122' }],
  ['referral.utilities', { water: '水', electricity: '电', gas: '燃气', heating: '供暖' }],
  [
    'referral.incidents',
    {
      naturalDisaster: '自然灾害',
      accident: '事故灾难',
      publicHealth: '公共卫生',
      socialSecurity: '社会安全',
    },
  ],
  ['dispatch.axes', { place: '属地', subject: '属事' }],
  [
    'dispatch.escalation',
    {
      talkToUnits: '及时与有关机关、单位沟通',
      superior: '报上级行政机关或者主管部门组织协调',
      committeeOffice: '报鞍山市群众工作委员会办公室协调',
      governmentOrCommittee: '报市政府常务会议或者鞍山市群众工作委员会研究解决',
    },
  ],
  ['handlingLimit.feedback', { requester: '反馈诉求人', platform: '同时反馈给群众诉求平台' }],
  [
    'timeExtension.tells',
    {
      reason: '反馈诉求人无法按期办结原因',
      progress: '继续办理进度',
      measures: '办理措施',
      limit: '办理时限',
    },
  ],
  [
    'supervision.triggers',
    {
      overdue: '超出办理时限未办结',
      repeated: '诉求人多次、集中反映诉求事项而未解决',
      evasion: '推诿、敷衍塞责、弄虚作假',
      dissatisfied: '群众不满意留言较多',
      ordered: '经上级行政机关或者主管部门、鞍山市群众工作委员会办公室决定督办',
    },
  ],
  [
    'supervision.onward.police.grounds',
    {
      abuseOfLine: '无正当理由反复使用群众诉求渠道、长时间占用群众诉求热线',
      fabrication: '歪曲捏造事实，骚扰、侮辱、威胁群众诉求办理人员，或者诽谤、诬告、陷害他人',
      unlawfulMeans: '不依法表达诉求，采取不正当手段以及非法行为',
    },
  ],
  ['rating.components', { quality: '办理质量', satisfaction: '满意度' }],
  [
    'rating.dimensions',
    { attitude: '服务态度', efficiency: '工作效率', conduct: '办理行为', result: '办理结果' },
  ],
  ['reEvaluation.ladder', { centre: '鞍山市群众工作服务中心复评', office: '办公室审核' }],
  [
    'recusal.grounds',
    {
      closeRelative: '与投诉人、举报人、被投诉人、被举报人是近亲属',
      otherRelation: '有其他关系，可能影响诉求事项公正办理',
      interest: '与投诉、举报事项有利害关系',
    },
  ],
  [
    'confidentiality.dataSecurity',
    {
      stateSecret: '国家秘密',
      businessSecret: '商业秘密',
      privacy: '个人隐私',
      personalInformation: '个人信息',
    },
  ],
  ['rights.know', { acceptance: '受理情况', unit: '承办情况', progress: '办理进度', result: '办理结果' }],
  [
    'conduct.grounds',
    {
      fabrication: '不得歪曲捏造事实',
      abuseOfLine: '反复使用群众诉求渠道、长时间占用群众诉求热线',
      harassment: '恶意骚扰、侮辱、威胁',
      unlawfulMeans: '采取不正当手段以及非法行为',
    },
  ],
  [
    'disclosure.items',
    {
      process: '受理渠道、范围及办理工作流程',
      handling: '受理及办理情况',
      ratings: '诉求人对办理工作的评价情况',
      other: '其他应当公开',
    },
  ],
  ['dataUse.reportsTo', { government: '向市人民政府', committee: '和鞍山市群众工作委员会报告' }],
  ['dataUse.analysis', { socialStability: '社会稳定', publicSafety: '公共安全', integrityRisk: '廉政风险' }],
  [
    'assessment.accountability',
    {
      refusal: '拒不接收',
      delay: '推诿、敷衍塞责、拖延办理',
      falsehood: '弄虚作假',
      rudeness: '态度生硬、作风粗暴',
      leak: '泄露国家秘密、商业秘密和个人隐私',
      retaliation: '打击报复诉求人',
    },
  ],
  [
    'assessment.roles',
    {
      committee: '鞍山市群众工作委员会为本市群众诉求办理工作的领导议事机构',
      office: '鞍山市群众工作委员会办公室为本市群众诉求办理工作的指导、考核和协调督办机构',
      centre: '鞍山市群众工作服务中心，依托8890平台开展群众诉求受理、分转、反馈评审、数据汇总',
    },
  ],

  ['acceptance.oneSystem', { true: '12345政府热线、民心网、市长信箱等诉求渠道纳入8890平台系统内统一管理' }],
  ['acceptance.aroundTheClock', { true: '每周七天、每天二十四小时实时受理' }],
  [
    'acceptance.sourceChannels',
    {
      line12345: '12345政府热线',
      minxin: '民心网',
      mayorMailbox: '市长信箱',
      province: '辽宁省8890平台',
      station: '8890工作站',
      messageBoard: '等诉求渠道',
      stateCouncilBoard: '等诉求渠道',
      police110: '110',
    },
  ],
  [
    'refusal.reasons',
    {
      outsideCity: '涉及本市行政区域内',
      notPublicMatter: '其他涉及社会治理和公共服务的事项',
      notLawful: '具有合法性和可执行性',
    },
  ],
  [
    'referral.matters',
    {
      legalProcedure: '涉及行政复议、诉讼、仲裁的事项',
      namedReport: '涉及实名举报的事项',
      emergency: '各类紧急求助电话',
      utility: '水、电、燃气、供暖等公共服务行业热线',
      otherChannel: '依照相关法律法规和规定执行',
    },
  ],
  ['referral.tellsOfOtherDuty', { notOurs: '不属于本单位职责', platform: '可以通过8890平台提出' }],
  ['sendBack.otherChannels', { 'AS19-D10': '应当及时告知诉求人' }],
  ['rights.rateAndComplain', { true: '有权进行评价、投诉和举报' }],
  ['rights.protection', { true: '打击报复诉求人' }],
  ['conduct.truth', { true: '对诉求事项的真实性负责' }],
  ['conduct.abuse', { true: '不得无正当理由反复使用群众诉求渠道' }],
  ['conduct.lawfulMeans', { true: '应当依法表达诉求' }],
  ['conduct.cooperation', { true: '配合群众诉求办理工作人员对群众诉求事项进行相关调查核实' }],
  ['conduct.police', { true: '构成违反治安管理行为的，依法给予处罚' }],
  ['confidentiality.duty', { true: '投诉、举报信息予以保密' }],
  ['disclosure.publicSupervision', { true: '接受国家机关和社会舆论的监督' }],
  ['dataUse.oneDatabase', { true: '全市统一的群众诉求数据库' }],
  ['dataUse.sharing', { true: '互转和共享机制' }],
  ['assessment.leaders', { true: '主要领导对群众诉求办理工作负全面责任，主管领导负直接责任' }],
  ['assessment.territory', { true: '是本市群众诉求办理工作的具体承办单位' }],
  ['assessment.periodic', { true: '定期考核并通报' }],
  ['assessment.commend', { true: '应当予以表彰' }],
]
