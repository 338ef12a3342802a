import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 10, 11, 17, 19, 23, 25 and 29–39: rights, audit, rating, supervision, knowledge, data. */
export const supervision: Topics['supervision'] = {
  who: reading(
    article(25),
    '群众工作服务机构逐级报承办单位的上级行政机关或者主管部门督办',
    ['supervisor', 'centreLeader', 'office'],
    '服务机构由督办和中心负责人、上级由办公室角色代表',
  ),
  triggers: [
    law(article(25, undefined, 1), '超出办理时限未办结', {
      code: 'overdue',
      label: '超时未办结',
      onMissed: ['AS19-D06'],
    }),
    law(article(25, undefined, 2), '多次、集中反映而未解决', {
      code: 'repeated',
      label: '多次、集中反映未解决',
    }),
    localPolicy('“多次”按三十日内同一事项三次计', {
      code: 'repeatedBySame',
      label: '多次反映',
      atLeast: 3,
      withinDays: 30,
    }),
    localPolicy('“集中”按七日内同一地点同类事项十名诉求人计', {
      code: 'repeatedByMany',
      label: '集中反映',
      atLeast: 10,
      withinDays: 7,
    }),
    law(article(25, undefined, 3), '推诿、敷衍塞责、弄虚作假', {
      code: 'evasion',
      label: '推诿、敷衍、弄虚作假',
    }),
    law(article(25, undefined, 4), '群众不满意留言较多', { code: 'dissatisfied', label: '不满意留言较多' }),
    localPolicy('“较多”按一个月内同一单位三件不满意或者评价数的一成计，取其多者', {
      code: 'manyDissatisfied',
      label: '不满意较多',
      atLeast: 3,
      withinDays: 30,
      share: 0.1,
    }),
    law(article(25, undefined, 5), '上级、主管部门或者办公室决定督办', {
      code: 'ordered',
      label: '决定督办',
      fromAbove: true,
    }),
    localPolicy('未在期限内作出说明、未在期限内决定回避的，列入督办', {
      code: 'dutyMissed',
      label: '其他期限未履行',
      onMissed: ['AS19-D09', 'AS19-D12'],
    }),
  ],
  means: silent('条例没有列举督办方式'),
  levels: reading(
    article(25),
    '逐级向上督办',
    [
      { code: 'first', label: '上级行政机关或者主管部门督办', means: [] },
      { code: 'second', label: '群众工作委员会办公室督办', means: [] },
      { code: 'third', label: '市政府常务会议或者委员会督办', means: [] },
    ],
    '“逐级”督办，层级与第二十四条第一款的报告阶梯一致',
  ),
  answer: silent('条例没有规定督办答复期限，由督办通知写明'),
  onward: [
    law(article(40), '构成违反治安管理行为或者犯罪的，移送公安机关', {
      code: 'police',
      label: '移送公安机关',
      to: 'police',
      grounds: [
        { code: 'abuseOfLine', label: '无正当理由反复使用、长时间占用渠道' },
        { code: 'fabrication', label: '捏造歪曲事实、骚扰侮辱威胁、诬告陷害' },
        { code: 'unlawfulMeans', label: '以不合法不正当手段提出诉求' },
      ],
    }),
  ],
}

export const audit: Topics['audit'] = {
  duty: law(article(23, 1), '群众工作服务中心应当审核承办结果', true),
  standard: localPolicy('办结标准：事项已处理或者已说明依据、两项反馈齐全、内容真实', [
    { code: 'settled', label: '事项已处理，或者已说明依据' },
    { code: 'bothTold', label: '已反馈诉求人和平台' },
    { code: 'truthful', label: '办理情况属实' },
  ]),
  failed: reading(
    article(23, 1),
    '审核不通过的退回继续办理，原期限继续计算',
    'oldClockGoesOn',
    '条文没有规定重新计算期限',
  ),
}

export const followUp: Topics['followUp'] = {
  coverage: law(article(23, 1), '向诉求人回访承办情况，条文没有抽样的规定，逐件回访', 'all'),
  rate: silent('逐件回访，没有抽样比例'),
  channels: localPolicy('电话、短信、微信回访', [
    { code: 'voice', label: '电话' },
    { code: 'sms', label: '短信' },
    { code: 'wechat', label: '微信' },
  ]),
  dissatisfied: silent('条例没有规定不满意的再次办理；不满意计入评价，较多的督办（第二十五条）'),
  clockOfHandlingAgain: silent('条例没有规定再次办理'),
  judge: silent('条例没有规定诉求是否合理的认定'),
}

export const rating: Topics['rating'] = {
  components: law(article(23, 2), '根据办理质量和满意度分星级评价', [
    { code: 'quality', label: '办理质量' },
    { code: 'satisfaction', label: '满意度' },
  ]),
  stars: localPolicy('星级分为五级', 5),
  dimensions: law(article(11), '可以评价服务态度、工作效率、办理行为和办理结果', [
    { code: 'attitude', label: '服务态度' },
    { code: 'efficiency', label: '工作效率' },
    { code: 'conduct', label: '办理行为' },
    { code: 'result', label: '办理结果' },
  ]),
  indicators: silent('条例没有规定其他指标'),
}

export const reEvaluation: Topics['reEvaluation'] = {
  ladder: law(article(23, 3), '承办单位有异议的，服务中心复评，报办公室审核，最后确定', ['centre', 'office']),
  limit: localPolicy('条文没有期限，本市五个工作日', 'AS19-D13'),
  differentPeople: localPolicy('复评人不得是原回访人', true),
}

export const integrityFile: Topics['integrityFile'] = {
  duty: law(article(23, 4), '建立诉求人诚信档案制度', true),
  evidence: localPolicy('没有证据不得记入诚信档案', true),
  correction: localPolicy('诉求人可以查阅自己的诚信档案并申请更正', true),
}

export const knowledgeBase: Topics['knowledgeBase'] = {
  build: law(article(34), '建立知识库并定期更新；承办单位采编、更新本单位内容，保证真实、准确、有效', true),
  citeOnAnswer: reading(
    article(19),
    '当场答复应当引用知识库条目和版本',
    true,
    '应当宣传有关法律、法规和政策，引用使其可查',
  ),
  uploadBeforePublication: silent('条例没有规定政策发布前的上传期限'),
  errorCorrection: silent('条例没有规定纠错期限'),
  supervised: silent('条例没有把知识库更新列为督办情形'),
  holdings: silent('条例没有列举承办单位报送的内容'),
  answerLines: silent('条例没有规定应答口径'),
  templates: silent('条例没有规定受理模板'),
}

export const rights: Topics['rights'] = {
  know: law(article(10, 1), '有权获知受理情况、承办情况、办理进度和办理结果', [
    { code: 'acceptance', label: '受理情况' },
    { code: 'unit', label: '承办情况' },
    { code: 'progress', label: '办理进度' },
    { code: 'result', label: '办理结果' },
  ]),
  explanation: law(article(10, 2), '逾期未获知结果或者有异议的，有权要求承办单位说明', 'AS19-D12'),
  rateAndComplain: law(article(11), '有权对服务机构、承办单位和人员评价、投诉和举报', true),
  queryCode: localPolicy('凭办理单编号和联系电话后四位查询进度', true),
  protection: law(article(39, undefined, 6), '对诉求人打击报复的，依法追究责任', true),
}

export const disclosure: Topics['disclosure'] = {
  items: law(article(17), '依法公开受理渠道、范围、流程，受理及办理情况，评价情况', [
    'process',
    'handling',
    'ratings',
    'other',
  ]),
  publicSupervision: law(article(37), '接受国家机关和社会舆论监督，公开通报办理事例', true),
}

export const dataUse: Topics['dataUse'] = {
  oneDatabase: law(article(29), '8890 平台数据库为全市统一的群众诉求数据库', true),
  realTime: law(article(30), '数据定期更新和实时可视化，专人管理，及时备份', true),
  analysis: law(article(31), '定期分析、研判和报告，对社会稳定、公共安全、廉政风险预警', [
    'socialStability',
    'publicSafety',
    'integrityRisk',
  ]),
  reportsTo: law(article(31, 2), '专题分析向市人民政府和群众工作委员会报告', [
    { code: 'government', label: '市人民政府' },
    { code: 'committee', label: '鞍山市群众工作委员会' },
  ]),
  sharing: law(article(32), '与其他平台数据互转和共享', true),
}

export const assessment: Topics['assessment'] = {
  periodic: law(article(35), '办公室制定考核办法，定期考核并通报', true),
  standard: law(article(3, 1), '以人民满意为唯一评价标准', true),
  commend: law(article(36), '成绩突出的予以表彰', true),
  accountability: law(article(39), '六种情形责令改正或者处分', [
    'refusal',
    'delay',
    'falsehood',
    'rudeness',
    'leak',
    'retaliation',
  ]),
  leaders: law(article(8), '主要领导负全面责任，主管领导负直接责任', true),
  roles: law(article(4), '委员会、办公室、服务中心三级职责', ['committee', 'office', 'centre']),
  territory: law(article(5), '政府承担主体责任，工作部门和公共服务单位为承办单位', true),
}
