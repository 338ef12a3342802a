import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 5, 6, 8, 9, 12, 13, 16, 17 and 20–31: supervision, follow-up, rates, rights, responsibility. */
export const supervision: Topics['supervision'] = {
  who: reading(
    [article(22), article(23)],
    '由平台督办',
    ['supervisor', 'centreLeader'],
    '条文只写平台；由督办岗位和中心负责人代表平台',
  ),
  triggers: [
    law(article(23, undefined, 1), '属于职责范围但拒不及时受理承办', {
      code: 'refusesToReceive',
      label: '拒不及时受理承办',
    }),
    law(article(23, undefined, 2), '超出办理时限未办结', {
      code: 'overdue',
      label: '超时未办结',
      onMissed: ['BY24-D04', 'BY24-D05'],
    }),
    law(article(23, undefined, 3), '存在谎报、瞒报或者久拖不决', {
      code: 'evasion',
      label: '谎报、瞒报或者久拖不决',
    }),
    law(article(23, undefined, 4), '诉求人多次反映未解决', { code: 'repeated', label: '多次反映未解决' }),
    localPolicy('“多次”按三十日内同一事项三次计', {
      code: 'repeatedBySame',
      label: '多次反映',
      atLeast: 3,
      withinDays: 30,
    }),
    law(article(23, undefined, 5), '多个诉求人集中反映同一类诉求未解决', {
      code: 'concentrated',
      label: '集中反映未解决',
    }),
    localPolicy('“集中”按七日内同一地点同类事项十名诉求人计', {
      code: 'repeatedByMany',
      label: '集中反映',
      atLeast: 10,
      withinDays: 7,
    }),
    law(article(23, undefined, 6), '其他需要督办的事项', { code: 'other', label: '其他需要督办的事项' }),
    localPolicy('未及时说明超时原因、未及时联系诉求人、配合单位未按期提交的，列入督办', {
      code: 'dutyMissed',
      label: '其他期限未履行',
      onMissed: ['BY24-D06', 'BY24-D11', 'BY24-D12'],
    }),
  ],
  means: law(article(22), '系统催办、限期书面反馈、会议协商、现场办理', [
    { code: 'remind', label: '通过平台系统催办' },
    { code: 'writtenReply', label: '限期书面反馈办理情况或者结果', dated: true },
    { code: 'meeting', label: '组织会议协商解决' },
    { code: 'onSite', label: '要求现场办理' },
  ]),
  levels: silent('条例没有分级督办；督办后仍未有效解决的提交政务督查（第二十四条）'),
  answer: law(article(22, undefined, 2), '限期书面反馈，期限由督办通知写明', 'BY24-D08'),
  onward: [
    law(article(24), '经督办仍未有效解决，或者承诺办理但未限时办理的，应当提交政府督查机构', {
      code: 'governmentInspection',
      label: '提交政务督查',
      to: 'governmentInspection',
      grounds: [
        { code: 'supervisedInVain', label: '经平台督办仍未有效解决' },
        { code: 'promiseBroken', label: '承诺办理但未限时办理' },
      ],
    }),
    law(article(25), '四种诉求办理活动，可以邀请人大代表、政协委员重点监督', {
      code: 'deputies',
      label: '邀请人大代表、政协委员重点监督',
      to: 'deputies',
      may: true,
      grounds: [
        { code: 'highAttention', label: '诉求反映领域集中、社会关注度高' },
        { code: 'lowSatisfaction', label: '群众满意率低、造成不良社会影响' },
        { code: 'repeatedlyIneffective', label: '屡次整改落实不力、反复治理未取得明显成效' },
        { code: 'other', label: '其他需要监督的诉求办理活动' },
      ],
    }),
    law(article(26), '受理、办理工作不力、诉求反映集中的，市人民政府可以约谈主要负责人，限期整改', {
      code: 'interview',
      label: '约谈主要负责人',
      to: 'government',
      by: 'government',
      may: true,
      grounds: [
        { code: 'poorWork', label: '受理、办理工作不力' },
        { code: 'concentrated', label: '诉求反映集中' },
      ],
    }),
    law(article(13), '疑难复杂或者职责边界不清的，承办单位可以提交本级人民政府或者上级单位处理', {
      code: 'submittedUpward',
      label: '提交本级人民政府或者上级单位',
      to: 'government',
      by: 'unit',
      may: true,
      grounds: [
        { code: 'legacy', label: '历史遗留' },
        { code: 'policyChange', label: '政策性调整' },
        { code: 'otherComplex', label: '其他疑难复杂' },
        { code: 'unclearDuty', label: '职责边界不清' },
      ],
    }),
    law(article(29), '诉求人违反治安管理或者构成犯罪的，由公安机关依法处理', {
      code: 'police',
      label: '移送公安机关',
      to: 'police',
      grounds: [
        { code: 'abuseOfLine', label: '无正当理由反复使用、长时间占用平台资源' },
        { code: 'fabrication', label: '歪曲、捏造事实，诽谤、诬告、陷害他人' },
        { code: 'improperGain', label: '利用平台谋取非法或者不正当利益' },
        { code: 'harassment', label: '骚扰、侮辱、威胁工作人员' },
        { code: 'other', label: '其他不当或者违法诉求行为' },
      ],
    }),
  ],
}

export const audit: Topics['audit'] = {
  duty: silent('条例没有规定审核；回复后即为办结，由回访检验（第八条、第十七条）'),
  standard: silent('条例没有规定办结标准'),
  failed: silent('条例没有规定审核，也就没有审核不通过'),
}

export const followUp: Topics['followUp'] = {
  coverage: reading(
    article(17),
    '平台应当回访，回访的范围由平台设定',
    'configured',
    '条文规定应当回访，没有写明逐件还是抽样（C-13）',
  ),
  rate: localPolicy('逐件回访', 1),
  channels: localPolicy('电话、短信、微信回访', [
    { code: 'voice', label: '电话' },
    { code: 'sms', label: '短信' },
    { code: 'wechat', label: '微信' },
  ]),
  dissatisfied: law(
    article(17),
    '应办未办，或者诉求人不满意且诉求合理的，应当交承办单位再次办理或者予以说明',
    'handleAgainOrExplain',
  ),
  clockOfHandlingAgain: reading(
    article(17),
    '再次办理的重新计算期限，总用时继续统计',
    'newLegNewLimit',
    '“再次办理”是新的一次办理，适用同一平台规定的期限（A-27）',
  ),
  judge: reading(
    article(17),
    '是否合理由平台认定，不由承办单位自己认定',
    ['followUp', 'teamLead', 'supervisor'],
    '“发现……且诉求合理的”主语是平台（A-26）',
  ),
}

export const rating: Topics['rating'] = {
  components: localPolicy('逐件记录是否响应、是否解决、是否满意，由此计算三项比率', [
    { code: 'response', label: '是否响应' },
    { code: 'resolution', label: '是否解决' },
    { code: 'satisfaction', label: '是否满意' },
  ]),
  stars: silent('条例没有规定星级评价'),
  dimensions: silent('条例没有规定评价的方面'),
  indicators: law(article(28, 2), '以响应率、解决率、满意率为主要指标', [
    { code: 'responseRate', label: '响应率' },
    { code: 'resolutionRate', label: '解决率' },
    { code: 'satisfiedRate', label: '满意率' },
  ]),
}

export const reEvaluation: Topics['reEvaluation'] = {
  ladder: silent('条例没有规定对评价的复评'),
  limit: silent('条例没有规定复评期限'),
  differentPeople: silent('条例没有规定复评'),
}

export const integrityFile: Topics['integrityFile'] = {
  duty: silent('条例没有规定诉求人诚信档案'),
  evidence: silent('条例没有规定诚信档案'),
  correction: silent('条例没有规定诚信档案'),
}

export const knowledgeBase: Topics['knowledgeBase'] = {
  build: localPolicy('条例没有规定知识库；平台自行建立', true),
  citeOnAnswer: localPolicy('即时答复引用知识库条目和版本', true),
  uploadBeforePublication: silent('条例没有规定政策发布前的上传期限'),
  errorCorrection: silent('条例没有规定纠错期限'),
  supervised: silent('条例没有把知识库更新列为督办情形'),
  holdings: silent('条例没有列举承办单位报送的内容'),
  answerLines: silent('条例没有规定应答口径'),
  templates: silent('条例没有规定受理模板'),
}

export const rights: Topics['rights'] = {
  know: law([article(9, 2), article(10, 1)], '有权了解办理进度和结果；受理情况及处理途径和程序由平台告诉', [
    { code: 'acceptance', label: '受理情况' },
    { code: 'procedure', label: '处理途径和程序' },
    { code: 'progress', label: '办理进度' },
    { code: 'result', label: '办理结果' },
  ]),
  explanation: silent('条例没有规定诉求人要求说明的权利；未能限时办结的由承办单位主动告知（第十五条）'),
  rateAndComplain: silent('条例没有规定诉求人对平台的评价和投诉'),
  queryCode: localPolicy('凭编号和联系电话后四位查询进度', true),
  protection: law(
    [article(9, 2), article(31)],
    '提出诉求不受非法干预、压制和打击报复，打击报复的依法追究责任',
    true,
  ),
}

export const disclosure: Topics['disclosure'] = {
  publicity: law(article(6), '平台服务进村镇、进社区、进楼宇、进家庭；宣传受理范围、办理流程和政策规定', [
    'villages',
    'communities',
    'buildings',
    'homes',
  ]),
  assessment: law(article(28, 3), '考核结果按照规定在一定范围内通报', true),
}

export const dataUse: Topics['dataUse'] = {
  analysis: law(article(21), '主动发现问题、解决问题的四项措施', [
    'seasonalForecast',
    'newTrades',
    'specialStudy',
    'dynamicMonitoring',
  ]),
  reportsTo: law(article(27, 1), '市人民政府应当向市人民代表大会常务委员会报告诉求办理情况', [
    { code: 'standingCommittee', label: '市人民代表大会常务委员会' },
  ]),
  grid: law(article(20, 2), '乡镇人民政府、街道办事处发挥网格化服务管理作用', true),
  sharing: law(article(5, 1), '推动平台互联互通、线上线下融合', true),
}

export const assessment: Topics['assessment'] = {
  territory: law(article(5, 1), '市、县（区）人民政府承担主体责任，协调解决重大问题', true),
  units: law(article(5, 2), '政府部门、派出机构、乡镇街道、人民团体和公共服务企业事业单位是承办单位', true),
  grassRoots: law(article(5, 3), '基层自治组织和其他社会组织配合', true),
  stages: law(article(8), '受理、解答、派单、办理、回复、督办、办结、回访、考核的闭环流程', [
    'acceptance',
    'answer',
    'dispatch',
    'handling',
    'reply',
    'supervision',
    'conclusion',
    'followUp',
    'assessment',
  ]),
  firstHandler: law(article(12, 1), '首办负责制：属于职责范围内的应当限时办结，并对办理效果负责', true),
  onTime: law(article(14, undefined, 2), '依法履行职责，限时办结', true),
  utilities: law(
    article(16),
    '公共服务企业事业单位完善服务保障和应急处置机制，提供二十四小时服务',
    'BY24-D09',
  ),
  report: law(article(27), '市人民政府向市人大常委会报告，常委会可以开展满意度测评、询问、质询', true),
  periodic: law(article(28), '考核制度，以响应率、解决率、满意率为主要指标', true),
  accountability: law(article(30), '工作人员滥用职权、玩忽职守、徇私舞弊的依法处分', [
    'abuseOfPower',
    'dereliction',
    'favouritism',
  ]),
  retaliation: law(article(31), '被投诉、举报的单位或者个人打击报复的，依法追究责任', true),
}
