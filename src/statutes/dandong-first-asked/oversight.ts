import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 2–4, 7, 10, 12–16 and 18–24: supervision, sample follow-up, knowledge, responsibility. */
export const supervision: Topics['supervision'] = {
  who: reading(
    article(16),
    '由 8890 平台督办',
    ['supervisor', 'centreLeader'],
    '条文只写平台；由督办岗位和中心负责人代表平台',
  ),
  triggers: [
    law(article(16), '逾期未办结', {
      code: 'overdue',
      label: '逾期未办结',
      onMissed: ['DD-D03', 'DD-D04', 'DD-D05'],
    }),
    law(article(16), '办理结果不实', { code: 'untrueResult', label: '办理结果不实' }),
    law(article(16), '办理程序存在明显问题', { code: 'procedure', label: '办理程序存在明显问题' }),
    localPolicy('急需处理的事项没有在期限内派人到现场的，列入督办', {
      code: 'dutyMissed',
      label: '其他期限未履行',
      onMissed: ['DD-D09'],
    }),
  ],
  means: law(article(16), '电话督办、现场督办、督办单', [
    { code: 'phone', label: '电话督办' },
    { code: 'onSite', label: '现场督办' },
    { code: 'supervisionSheet', label: '督办单', dated: true },
  ]),
  levels: law(article(16), '一次督办采取电话或者现场形式，二次督办以督办单形式并由分管领导签批', [
    { code: 'first', label: '一次督办', means: ['phone', 'onSite'] },
    {
      code: 'second',
      label: '二次督办',
      means: ['supervisionSheet'],
      signedBy: '分管领导',
      written: true,
    },
  ]),
  answer: law(article(16), '二次督办按照规定时限办理，期限由督办单写明', 'DD-D17'),
  onward: [
    law(article(18), '三种情况移交信访部门协调处理', {
      code: 'petitionOffice',
      label: '移交信访部门',
      to: 'petitionOffice',
      grounds: [
        { code: 'legacy', label: '历史遗留问题' },
        { code: 'collective', label: '群体性问题' },
        { code: 'alreadyCoordinated', label: '相关部门已经协调处理过的问题' },
      ],
    }),
    law(article(19), '影响大、协调难度大的事项，由承办单位以专报形式报市政府分管领导协调办理', {
      code: 'specialReport',
      label: '专报市政府分管领导',
      to: 'government',
      by: 'unit',
      grounds: [
        { code: 'largeEffect', label: '影响大' },
        { code: 'hardToCoordinate', label: '协调难度大' },
      ],
    }),
    law(article(20), '涉嫌违法的移送公安机关处理', {
      code: 'police',
      label: '移送公安机关',
      to: 'police',
      grounds: [{ code: 'suspectedOffence', label: '无效投诉、恶意投诉、骚扰行为涉嫌违法' }],
    }),
    law(article(22), '七种情形查证属实且情节严重的，移交市纪委、监委', {
      code: 'discipline',
      label: '移交市纪委、监委',
      to: 'discipline',
      grounds: [
        { code: 'refusal', label: '对法定职责内的事项拒不接收' },
        { code: 'leftUndone', label: '应办未办，经督办仍未办理' },
        { code: 'falsehood', label: '违反有关规定及造假，造成不良影响' },
        { code: 'evasion', label: '被指定为首问责任部门后推诿扯皮，不能及时办理' },
        { code: 'rudeness', label: '服务态度生硬、作风粗暴，导致不良后果' },
        { code: 'retaliation', label: '对诉求人进行打击报复' },
        { code: 'abuseOfPower', label: '其他滥用职权、玩忽职守、徇私舞弊' },
      ],
    }),
    law(article(23), '四种情形向市纪委、监委、检察机关移交线索', {
      code: 'clues',
      label: '向市纪委、监委、检察机关移交线索',
      to: 'discipline',
      grounds: [
        { code: 'refusesToCorrect', label: '拒绝改正错误，使损害或者影响继续扩大' },
        { code: 'obstruction', label: '隐瞒事实真相，干扰、阻碍责任追究' },
        { code: 'delayOrGroupPetition', label: '不认真履行首问职责，不能及时办理或者引发群访' },
        { code: 'repeatedAccountability', label: '一年之内被责任追究二次以上' },
      ],
    }),
  ],
}

export const audit: Topics['audit'] = {
  duty: silent('办法没有规定逐件审核；对办理结果抽查核实（第十四条）'),
  standard: silent('办法没有规定办结标准'),
  failed: silent('办法没有规定审核，也就没有审核不通过；结果不实的督办（第十六条）'),
}

export const followUp: Topics['followUp'] = {
  coverage: law(article(14), '通过电话回访的方式对办理结果抽查核实', 'sample'),
  rate: localPolicy('条文没有写明抽查的比例；本市按二成抽查', 0.2),
  channels: law(article(14), '电话回访', [{ code: 'voice', label: '电话' }]),
  dissatisfied: silent('办法没有规定不满意的再次办理；结果不实的督办（第十六条）'),
  clockOfHandlingAgain: silent('办法没有规定再次办理'),
  judge: silent('办法没有规定诉求是否合理的认定'),
}

export const rating: Topics['rating'] = {
  components: silent('办法没有规定对办理的评价'),
  stars: silent('办法没有规定星级评价'),
  dimensions: silent('办法没有规定评价的方面'),
  indicators: silent('办法没有规定评价指标，考核评价由市营商局承担（第三条）'),
}

export const reEvaluation: Topics['reEvaluation'] = {
  ladder: silent('办法没有规定对评价的复评'),
  limit: silent('办法没有规定复评期限'),
  differentPeople: silent('办法没有规定复评'),
}

export const integrityFile: Topics['integrityFile'] = {
  duty: silent('办法没有规定诉求人诚信档案'),
  evidence: silent('办法没有规定诚信档案'),
  correction: silent('办法没有规定诚信档案'),
}

export const knowledgeBase: Topics['knowledgeBase'] = {
  build: law(article(4, 3), '承办单位及时维护、更新政务知识库和便民企业信息库', true),
  citeOnAnswer: reading(
    article(12, undefined, 1),
    '即时答复应当引用知识库条目和版本',
    true,
    '“依据知识库予以即时答复”，引用使其可查',
  ),
  uploadBeforePublication: silent('办法没有规定政策发布前的上传期限'),
  errorCorrection: silent('办法没有规定纠错期限'),
  supervised: silent('办法没有把知识库更新列为督办情形'),
  holdings: law(article(4, 3), '政务知识库和便民企业信息库', [
    { code: 'government', label: '政务知识库' },
    { code: 'enterprises', label: '便民企业信息库' },
  ]),
  answerLines: silent('办法没有规定应答口径'),
  templates: silent('办法没有规定受理模板'),
}

export const rights: Topics['rights'] = {
  know: reading(
    [article(12, undefined, 3), article(13, undefined, 7)],
    '告知不予受理的理由和办理结果；办理进度凭编号查询',
    [
      { code: 'acceptance', label: '受理情况' },
      { code: 'progress', label: '办理进度' },
      { code: 'result', label: '办理结果' },
    ],
    '条文写的是告知的义务；应当告知的，诉求人问起时也应当告知',
  ),
  explanation: silent('办法没有规定诉求人要求说明的权利'),
  rateAndComplain: reading(
    article(7, undefined, 4),
    '可以对工作作风、办事效率、不作为、乱作为投诉',
    true,
    '列为受理范围，即为诉求人可以提出',
  ),
  queryCode: localPolicy('凭工单编号和联系电话后四位查询进度', true),
  protection: law(article(22, undefined, 6), '对诉求人打击报复的，依法依规追究责任', true),
}

export const disclosure: Topics['disclosure'] = {
  items: silent('办法没有规定向社会公开的事项'),
}

export const dataUse: Topics['dataUse'] = {
  functions: law(article(2), '政策咨询、投诉受理、监督评价、服务决策、风险预警、政民互动六大功能', [
    'consultation',
    'complaints',
    'evaluation',
    'decisions',
    'warning',
    'interaction',
  ]),
  bigData: law(article(3), '市营商局负责大数据的管理应用', true),
  reportsTo: silent('办法没有写明分析报告的对象'),
}

export const assessment: Topics['assessment'] = {
  roles: law(article(3), '市营商局负责规划建设、运行、监管，集中受理、按责交办和考核评价', true),
  units: law(article(4, 1), '县（市）区政府、合作区、高新区、市（中、省）直相关单位是承办单位', true),
  leaders: law(article(4, 2), '“一把手”负责制，明确分管领导，指定专门受理机构和工作人员', true),
  unitDuties: law(article(4, 3), '承办单位负责分派、转办、报结、回访、跟踪、督办和分析', [
    'assignment',
    'forwarding',
    'concluding',
    'followUp',
    'tracking',
    'supervision',
    'analysis',
  ]),
  experts: law(article(4, 3), '按计划指派业务骨干到平台培训和现场接听', true),
  ownMethod: law(article(15), '承办单位制定首问责任管理办法，一个月内交市营商局备案', 'DD-D10'),
  responsibleAgent: law(article(12), '受理的工作人员作为责任人', true),
  assignmentRules: law(article(12, undefined, 5), '依据平台有关制度分转办理工单', true),
  accountability: law(article(22), '平台和承办单位的工作人员有七种情形之一查证属实的，追究首问责任部门', [
    'refusal',
    'leftUndone',
    'falsehood',
    'evasion',
    'rudeness',
    'retaliation',
    'abuseOfPower',
  ]),
  repeatedAccountability: law(article(23, undefined, 4), '一年之内被责任追究二次以上的，移交线索', {
    atLeast: 2,
    within: 'DD-D11',
  }),
  leaks: law(article(21), '违反保密规定泄露诉求人信息的，依法依规追究责任', true),
  mitigation: law(article(24), '四种情形从轻、减轻或者免于责任追究', [
    'selfCorrection',
    'cooperation',
    'damageAvoided',
    'causedByServedParty',
  ]),
}
