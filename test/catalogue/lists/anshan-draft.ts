import type { Lists } from './list.ts'

export const anshanDraft: Lists = [
  [
    'acceptance.kinds',
    {
      consultation: '咨询',
      help: '非紧急求助',
      complaint: '投诉',
      tipOff: '举报',
      suggestion: '意见建议',
    },
  ],
  [
    'acceptance.requesterKinds',
    { naturalPerson: '自然人', legalPerson: '法人', otherOrganisation: '非法人组织' },
  ],
  [
    'acceptance.categories',
    { 1: '经济调节', 2: '市场监管', 3: '社会管理', 4: '公共服务', 5: '生态环境保护' },
  ],
  ['acceptance.media', { voice: '语音', text: '文字', image: '图片', video: '视频' }],
  ['acceptance.repeatedTold', { progress: '办理进展', result: '办理结果' }],
  ['referral.numbers', { 110: '110', 119: '119', 120: '120', 122: '122' }],
  [
    'referral.incidents',
    {
      naturalDisaster: '自然灾害',
      accident: '事故灾难',
      publicHealth: '公共卫生',
      socialSecurity: '社会安全',
    },
  ],
  ['dispatch.axes', { nature: '性质', content: '内容', domain: '涉及领域', department: '涉及部门' }],
  ['handlingLimit.feedback', { requester: '向诉求人反馈办理结果', platform: '向热线工作机构反馈办理情况' }],
  ['handlingLimit.coUnitLate', { reason: '说明理由', stageReport: '报告阶段性工作情况' }],
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
      overdue: '超出办理时限未办理',
      repeated: '诉求人多次或者集中反映且承办单位未作出合理处置',
      refusesToReceive: '属于职责范围但拒不接收转办事项',
      knowledge: '热线知识库更新不及时或者更新内容不符合要求',
      other: '其他需要督办的事项',
    },
  ],
  ['supervision.means', { supervisionSheet: '督办单', meeting: '专题协调会', interview: '约谈提醒' }],
  [
    'supervision.onward.discipline.grounds',
    {
      clearlyOverdue: '明显超期未办结',
      supervisedInVain: '多次督办无果',
      sentBackWithoutReason: '多次无理由退转',
      stillComplained: '多次办理仍在投诉',
    },
  ],
  ['audit.belowStandard', { track: '予以跟踪', sendBack: '退回继续办理' }],
  ['followUp.channels', { voice: '电话', sms: '短信', wechat: '网络' }],
  ['rating.dimensions', { process: '办理过程', result: '办理结果' }],
  ['rating.indicators', { concludedRate: '办结率', satisfiedRate: '满意率' }],
  [
    'knowledgeBase.holdings',
    {
      duties: '工作职责',
      powers: '权责清单',
      services: '服务事项',
      contacts: '联系方式',
      hours: '对外服务时间',
    },
  ],
  ['knowledgeBase.uploadExempt', { urgent: '紧急', secret: '涉密' }],
  ['rights.know', { acceptance: '受理情况', progress: '承办进度', result: '办理结果' }],
  [
    'conduct.grounds',
    {
      fabrication: '不得歪曲、捏造事实，不得诽谤、诬告陷害他人或者损害他人合法权益',
      improperGain: '利用热线谋取非法或者不正当利益',
      abuseOfLine: '无正当理由反复使用或者故意长时间占用热线',
      harassment: '骚扰、侮辱、威胁',
    },
  ],
  [
    'confidentiality.dataSecurity',
    { stateSecret: '国家秘密', businessSecret: '商业秘密', privacy: '个人隐私' },
  ],
  ['dataUse.reportsTo', { government: '通报本级人民政府', departments: '及其有关部门' }],
  ['dataUse.analysis', { statistics: '统计分析', warning: '预警', advice: '建议' }],
  ['dataUse.campaigns', { frequent: '高频共性诉求', longUnsolved: '持续时间长、解决难度大' }],
  ['assessment.grassRoots', { consultation: '民主协商', grid: '网格化管理' }],
  [
    'assessment.accountability',
    {
      rudenessOrRetaliation: '服务态度恶劣、作风粗暴，或对诉求人实施威胁、刁难或者打击报复',
      refusalOrDelay: '拒不办理，或者推诿、拖延办理',
      falsehood: '虚报、瞒报或虚假办结',
      leak: '泄露国家秘密、商业秘密、个人隐私或者有关个人信息',
      notHeardOrNotTold: '未及时听取诉求人诉求或者处理意见未及时告知诉求人',
      lateOrNoFeedback: '未按时办理或者未反馈意见',
      other: '其他违反法律、法规和国家有关规定的行为',
    },
  ],
]
