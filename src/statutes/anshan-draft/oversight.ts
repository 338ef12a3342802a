import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 3–8, 11, 16–25, 28 and 29: audit, opinion, supervision, knowledge, data, rights, responsibility. */
export const supervision: Topics['supervision'] = {
  who: reading(
    [article(18), article(19)],
    '由热线行政主管部门督办',
    ['supervisor', 'office'],
    '主管部门由督办和办公室角色代表；热线工作机构（第五条第二款）自己不督办',
  ),
  triggers: [
    reading(
      article(19, undefined, 1),
      '超出办理时限未办理、未办结',
      { code: 'overdue', label: '超时未办理', onMissed: ['ASD-D05', 'ASD-D07'] },
      '条文写“未办理”；没有开始的和没有办结的都列入（C-18）',
    ),
    law(article(19, undefined, 2), '多次或者集中反映且承办单位未作出合理处置', {
      code: 'repeated',
      label: '多次或者集中反映未合理处置',
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
    law(article(19, undefined, 3), '属于职责范围但拒不接收转办事项', {
      code: 'refusesToReceive',
      label: '拒不接收转办事项',
    }),
    law(article(19, undefined, 4), '知识库更新不及时或者更新内容不符合要求', {
      code: 'knowledge',
      label: '知识库更新不及时或者不符合要求',
      onMissed: ['ASD-D09', 'ASD-D10'],
    }),
    law(article(19, undefined, 5), '其他需要督办的事项', { code: 'other', label: '其他需要督办的事项' }),
    localPolicy('未及时联系诉求人、协办单位未按期报送、未在期限内作出说明的，列入督办', {
      code: 'dutyMissed',
      label: '其他期限未履行',
      onMissed: ['ASD-D04', 'ASD-D08', 'ASD-D12'],
    }),
  ],
  means: law(article(18), '督办单、专题协调会、约谈提醒等方式', [
    { code: 'supervisionSheet', label: '督办单' },
    { code: 'meeting', label: '专题协调会' },
    { code: 'interview', label: '约谈提醒' },
  ]),
  levels: reading(
    article(18),
    '热线行政主管部门一级督办',
    [
      {
        code: 'first',
        label: '热线行政主管部门督办',
        means: ['supervisionSheet', 'meeting', 'interview'],
      },
    ],
    '条文没有分级；督办无果的移送（第二十条）',
  ),
  answer: silent('草案没有规定督办答复期限，由督办单写明'),
  onward: [
    law(article(20), '四种情形及时移送纪委监委', {
      code: 'discipline',
      label: '移送纪委监委',
      to: 'discipline',
      grounds: [
        { code: 'clearlyOverdue', label: '明显超期未办结' },
        { code: 'supervisedInVain', label: '多次督办无果' },
        { code: 'sentBackWithoutReason', label: '多次无理由退转' },
        { code: 'stillComplained', label: '多次办理仍在投诉' },
      ],
    }),
    law(article(29), '诉求人违反第十条，构成违反治安管理行为或者犯罪的，由公安机关依法处理', {
      code: 'police',
      label: '移送公安机关',
      to: 'police',
      grounds: [
        { code: 'fabrication', label: '歪曲、捏造事实，诽谤、诬告陷害他人' },
        { code: 'improperGain', label: '利用热线谋取非法或者不正当利益' },
        { code: 'abuseOfLine', label: '无正当理由反复使用或者故意长时间占用热线' },
        { code: 'harassment', label: '骚扰、侮辱、威胁工作人员' },
      ],
    }),
  ],
}

export const audit: Topics['audit'] = {
  duty: law(article(16), '对办理过程、办理结果和与诉求人沟通回访情况进行审核', true),
  standard: localPolicy('办结标准：事项已处理或者已说明依据、两项反馈齐全、已与诉求人沟通、内容真实', [
    { code: 'settled', label: '事项已处理，或者已说明依据' },
    { code: 'bothTold', label: '已反馈诉求人和热线工作机构' },
    { code: 'heard', label: '已与诉求人沟通并征求意见' },
    { code: 'truthful', label: '办理情况属实' },
  ]),
  failed: reading(
    article(16),
    '不符合办结标准退回继续办理的，原期限继续计算',
    'oldClockGoesOn',
    '“退回继续办理”不是重新办理，条文没有规定重新计算期限（A-27）',
  ),
  belowStandard: law(article(16), '不符合办结标准的予以跟踪或者退回继续办理', ['track', 'sendBack']),
}

export const followUp: Topics['followUp'] = {
  coverage: reading(
    article(17),
    '逐件征求诉求人对办理过程和办理结果的意见',
    'all',
    '条文没有抽样的规定，第十六条的审核也以沟通回访情况为据',
  ),
  rate: silent('逐件征求意见，没有抽样比例'),
  channels: law(article(17), '通过电话、短信、网络等方式征求意见', [
    { code: 'voice', label: '电话' },
    { code: 'sms', label: '短信' },
    { code: 'wechat', label: '网络（微信）' },
  ]),
  dissatisfied: silent('草案没有规定不满意的再次办理；不符合办结标准的在审核时退回（第十六条）'),
  clockOfHandlingAgain: reading(
    article(16),
    '退回继续办理的，原期限继续计算',
    'oldClockGoesOn',
    '草案只有审核时的退回继续办理，没有新的期限（A-27）',
  ),
  judge: silent('草案没有规定诉求是否合理的认定，是否符合办结标准由热线工作机构审核（第十六条）'),
}

export const rating: Topics['rating'] = {
  components: reading(
    article(17),
    '逐件记录诉求人是否满意',
    [{ code: 'satisfaction', label: '满意度' }],
    '满意率由逐件的满意答复计算得出',
  ),
  stars: silent('草案没有规定星级评价'),
  dimensions: law(article(17), '征求对诉求办理过程和办理结果的意见', [
    { code: 'process', label: '办理过程' },
    { code: 'result', label: '办理结果' },
  ]),
  indicators: law(article(17), '对承办单位的办结率、满意率等指标进行综合评价', [
    { code: 'concludedRate', label: '办结率' },
    { code: 'satisfiedRate', label: '满意率' },
  ]),
}

export const reEvaluation: Topics['reEvaluation'] = {
  ladder: silent('草案没有规定对评价的复评'),
  limit: silent('草案没有规定复评期限'),
  differentPeople: silent('草案没有规定复评'),
}

export const integrityFile: Topics['integrityFile'] = {
  duty: silent('草案没有规定诉求人诚信档案'),
  evidence: silent('草案没有规定诚信档案'),
  correction: silent('草案没有规定诚信档案'),
}

export const knowledgeBase: Topics['knowledgeBase'] = {
  build: law(article(21, 1), '建立完善的知识库更新机制，做好归集、运行、管理和维护', true),
  keeper: law(article(21, 2), '承办单位应当指定专人统筹协调本单位知识库更新维护工作', true),
  citeOnAnswer: localPolicy('当场答复引用知识库条目和版本', true),
  uploadBeforePublication: law(
    article(21, 2, 2),
    '新政策在面向社会公开发布前一个工作日上传至知识库，并配合提供培训或者解读',
    'ASD-D09',
  ),
  uploadExempt: law(article(21, 2, 2), '紧急或者涉密等政策除外', [
    { code: 'urgent', label: '紧急政策' },
    { code: 'secret', label: '涉密政策' },
  ]),
  errorCorrection: law(article(21, 2, 5), '错漏信息在收到反馈后二十四小时内补齐或者修正', 'ASD-D10'),
  supervised: law(article(19, undefined, 4), '更新不及时或者更新内容不符合要求的，予以督办', true),
  holdings: law(article(21, 2, 1), '主动报送工作职责、权责清单、服务事项、联系方式、对外服务时间等信息', [
    { code: 'duties', label: '工作职责' },
    { code: 'powers', label: '权责清单' },
    { code: 'services', label: '服务事项' },
    { code: 'contacts', label: '联系方式' },
    { code: 'hours', label: '对外服务时间' },
  ]),
  answerLines: law(article(21, 2, 3), '针对热点问题、重大事件、突发事件，及时报送应答口径', true),
  templates: law(
    article(21, 2, 4),
    '提供常见诉求事项受理模板，统一受理标准、办理流程、办结标准和相关依据',
    true,
  ),
}

export const rights: Topics['rights'] = {
  know: law(article(8, 3), '有权获知诉求事项的受理情况、承办进度和办理结果', [
    { code: 'acceptance', label: '受理情况' },
    { code: 'progress', label: '承办进度' },
    { code: 'result', label: '办理结果' },
  ]),
  explanation: law(article(8, 3), '逾期未获知办理结果或者存在争议的，有权要求承办单位作出说明', 'ASD-D12'),
  rateAndComplain: law(article(11, 2), '对热线工作人员不规范的服务行为，有权投诉举报', true),
  queryCode: reading(
    article(11, 1),
    '凭工单编号和联系电话后四位查询进度和结果',
    true,
    '条文要求为查询办理进度和办理结果提供便利，没有写明方式',
  ),
  protection: law(
    [article(8, 2), article(28, undefined, 1)],
    '诉求人提出诉求不受非法干预、压制和打击报复',
    true,
  ),
}

export const disclosure: Topics['disclosure'] = {
  items: silent('草案没有规定向社会公开的事项'),
  publicity: law(article(7), '新闻媒体宣传热线功能以及相关法律法规', true),
}

export const dataUse: Topics['dataUse'] = {
  analysis: law(article(22, 1), '定期统计分析，对热点问题提出预警、建议，并通报本级政府及有关部门', [
    'statistics',
    'warning',
    'advice',
  ]),
  reportsTo: law(article(22, 1), '热点问题的分析和预警、建议通报本级人民政府及其有关部门', [
    { code: 'government', label: '本级人民政府' },
    { code: 'departments', label: '本级人民政府有关部门' },
  ]),
  sharing: law(article(22, 1), '建立健全热线与行政执法监督的信息共享工作机制', true),
  campaigns: law(article(22, 2), '高频共性诉求开展专项治理，持续时间长、解决难度大的开展专题研究', [
    'frequent',
    'longUnsolved',
  ]),
  security: law(article(23), '建立健全诉求信息安全制度，落实信息安全和保密责任', true),
}

export const assessment: Topics['assessment'] = {
  mechanism: law(article(3), '统一受理、分级负责、重点督办、接诉即办、科学考核', true),
  territory: law(
    article(4, 2),
    '县（市）区人民政府负责本辖区诉求办理的督促检查，三个开发区、风景区视同',
    true,
  ),
  roles: law(article(5), '热线行政主管部门协调指导、督查督办、监督考核，热线工作机构负责日常管理', [
    'office',
    'centre',
  ]),
  units: law(article(6), '政府工作部门、乡镇街道以及承担公共服务职能的单位是承办单位', true),
  training: law(article(24), '分级分类培训、跟岗学习、工作指导交流、经验总结推广', true),
  grassRoots: law(article(25), '乡镇、街道组织民主协商，发挥网格化管理作用，及时发现和解决问题', [
    'consultation',
    'grid',
  ]),
  accountability: law(article(28), '七种情形责令改正或者处分', [
    'rudenessOrRetaliation',
    'refusalOrDelay',
    'falsehood',
    'leak',
    'notHeardOrNotTold',
    'lateOrNoFeedback',
    'other',
  ]),
}
