import type { Lists } from './list.ts'

export const baiyin2024: Lists = [
  [
    'acceptance.kinds',
    { consultation: '咨询', help: '求助', complaint: '投诉', suggestion: '建议', tipOff: '举报' },
  ],
  [
    'acceptance.requesterKinds',
    { naturalPerson: '公民', legalPerson: '法人', otherOrganisation: '其他非法人组织' },
  ],
  ['acceptance.media', { voice: '语音', text: '文字', image: '图片', video: '视频' }],
  [
    'acceptance.sources',
    {
      scanCode: '“码上反映·马上办理”平台',
      hotline: '12345政务服务便民热线',
      messageBoard: '人民网领导留言板',
    },
  ],
  [
    'referral.utilities',
    { water: '水', electricity: '电', gas: '气', heating: '热', communications: '网络通信' },
  ],
  [
    'dispatch.severalUnits',
    {
      leadAndCo: '由平台确定一个承办单位牵头办理，有关单位配合办理',
      split: '分别确定承办单位办理',
    },
  ],
  ['dispatch.escalation', { jointMeeting: '召开联席会议', superior: '上级单位', government: '本级人民政府' }],
  ['handlingLimit.feedback', { requester: '向诉求人', platform: '和平台反馈办理情况' }],
  ['handlingLimit.coUnitLate', { reason: '说明理由', stageReport: '提交阶段性办理情况' }],
  [
    'timeExtension.tells',
    { reason: '向平台说明原因', progress: '办理进度', measures: '解决措施', limit: '办理期限' },
  ],
  [
    'supervision.triggers',
    {
      refusesToReceive: '属于职责范围但拒不及时受理承办',
      overdue: '超出办理时限未办结',
      evasion: '存在谎报、瞒报或者久拖不决',
      repeated: '诉求人多次反映未解决',
      concentrated: '多个诉求人集中反映同一类诉求未解决',
      other: '其他需要督办的事项',
    },
  ],
  [
    'supervision.means',
    {
      remind: '通过平台系统进行催办',
      writtenReply: '要求承办单位限期书面反馈办理情况或者结果',
      meeting: '组织承办单位以会议的形式协商解决',
      onSite: '要求承办单位进行现场办理',
    },
  ],
  [
    'supervision.onward.governmentInspection.grounds',
    { supervisedInVain: '经平台督办仍未有效解决', promiseBroken: '承诺办理但未限时办理' },
  ],
  [
    'supervision.onward.deputies.grounds',
    {
      highAttention: '诉求反映领域集中、社会关注度高',
      lowSatisfaction: '群众满意率低、造成不良社会影响',
      repeatedlyIneffective: '屡次整改落实不力、反复治理未取得明显成效',
      other: '其他需要监督的诉求办理活动',
    },
  ],
  ['supervision.onward.interview.grounds', { poorWork: '受理、办理工作不力', concentrated: '诉求反映集中' }],
  [
    'supervision.onward.submittedUpward.grounds',
    {
      legacy: '历史遗留',
      policyChange: '政策性调整',
      otherComplex: '等疑难复杂',
      unclearDuty: '职责边界不清',
    },
  ],
  [
    'supervision.onward.police.grounds',
    {
      abuseOfLine: '无正当理由反复使用、长时间占用平台资源',
      fabrication: '歪曲、捏造事实，诽谤、诬告、陷害他人',
      improperGain: '利用平台谋取非法或者不正当利益',
      harassment: '骚扰、侮辱、威胁',
      other: '其他不当或者违法诉求行为',
    },
  ],
  [
    'termination.grounds',
    {
      unlawful: '不符合法律、法规、政策规定以及违反社会公序良俗',
      noCooperation: '诉求人无正当理由拒不配合导致无法办理',
    },
  ],
  [
    'conduct.grounds',
    {
      abuseOfLine: '无正当理由反复使用、长时间占用平台资源',
      fabrication: '歪曲、捏造事实，诽谤、诬告、陷害他人',
      improperGain: '利用平台谋取非法或者不正当利益',
      harassment: '骚扰、侮辱、威胁',
      other: '其他不当或者违法诉求行为',
    },
  ],
  [
    'rights.know',
    { acceptance: '诉求受理情况', procedure: '处理途径和程序', progress: '办理进度', result: '结果' },
  ],
  ['rating.indicators', { responseRate: '响应率', resolutionRate: '解决率', satisfiedRate: '满意率' }],
  [
    'disclosure.publicity',
    { villages: '进村镇', communities: '进社区', buildings: '进楼宇', homes: '进家庭' },
  ],
  ['dataUse.reportsTo', { standingCommittee: '向市人民代表大会常务委员会报告' }],
  [
    'dataUse.analysis',
    {
      seasonalForecast: '预判季节性、周期性问题',
      newTrades: '研究新业态、新领域问题',
      specialStudy: '专题研究反映集中、反复提出的诉求',
      dynamicMonitoring: '对诉求信息进行动态监测和综合分析',
    },
  ],
  [
    'assessment.stages',
    {
      acceptance: '受理',
      answer: '解答',
      dispatch: '派单',
      handling: '办理',
      reply: '回复',
      supervision: '督办',
      conclusion: '办结',
      followUp: '回访',
      assessment: '考核',
    },
  ],
  [
    'assessment.accountability',
    { abuseOfPower: '滥用职权', dereliction: '玩忽职守', favouritism: '徇私舞弊' },
  ],

  ['acceptance.oneSystem', { true: '等组成的公共服务平台' }],
  ['acceptance.sourceChannels', { scanCode: '“码上反映·马上办理”平台', messageBoard: '人民网领导留言板' }],
  [
    'refusal.reasons',
    { outsideCity: '涉及本市行政区域内', unlawful: '不符合法律、法规、政策规定以及违反社会公序良俗' },
  ],
  ['referral.matters', { legalProcedure: '复议、仲裁、诉讼', petition: '信访', namedReport: '纪检监察' }],
  ['rights.protection', { true: '不受非法干预、压制和打击报复' }],
  ['conduct.truth', { true: '对其所提供材料内容的真实性负责' }],
  ['conduct.cooperation', { true: '诉求人应当如实提供' }],
  ['conduct.police', { true: '依法给予治安管理处罚' }],
  ['confidentiality.duty', { true: '不得泄露诉求人要求保密或者不宜公开的内容' }],
  ['disclosure.assessment', { true: '按照规定在一定范围内进行通报' }],
  ['dataUse.grid', { true: '发挥网格化服务管理作用' }],
  ['dataUse.sharing', { true: '推动平台互联互通' }],
  ['assessment.territory', { true: '承担平台诉求办理工作的主体责任' }],
  ['assessment.units', { true: '是平台诉求承办单位' }],
  ['assessment.grassRoots', { true: '基层自治组织和其他社会组织配合' }],
  ['assessment.firstHandler', { true: '应当限时办结，并对办理效果负责' }],
  ['assessment.onTime', { true: '依法履行职责，限时办结' }],
  ['assessment.utilities', { 'BY24-D09': '水、电、气、热、网络通信等重点民生领域的诉求提供二十四小时服务' }],
  ['assessment.report', { true: '应当向市人民代表大会常务委员会报告' }],
  ['assessment.periodic', { true: '以响应率、解决率、满意率为主要指标的考核办法' }],
  ['assessment.retaliation', { true: '对诉求人进行打击报复的，依法追究相关责任人的责任' }],
]
