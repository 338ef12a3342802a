import type { KnowledgeDraft } from '../../src/knowledge-base/contract.ts'
import type { Unit } from '../../src/work-orders/store.ts'

/** Units of an invented city. */
export const units: Unit[] = [
  { code: 'heating-office', name: '供热管理办公室' },
  { code: 'city-management', name: '城市管理局' },
  { code: 'housing', name: '住房和城乡建设局' },
  { code: 'transport', name: '交通运输局' },
  { code: 'market', name: '市场监督管理局' },
  { code: 'water', name: '水务局' },
  { code: 'medical-insurance', name: '医疗保障局' },
  { code: 'public-security', name: '公安局' },
  { code: 'petitions', name: '信访局', petitionOffice: true },
]

/** Answers that agents may cite. Invented, like the city. */
export const knowledge = (today: string): KnowledgeDraft[] =>
  [
    {
      unitCode: 'heating-office',
      title: '供暖期室温标准与报修',
      body: '供暖期居民卧室、起居室温度不低于十八摄氏度。温度不达标的，可先联系供热单位上门测温；两日内未处理的，登记工单转供热管理办公室。',
      keywords: '暖气 供热 不热 测温',
    },
    {
      unitCode: 'public-security',
      title: '居住证办理材料',
      body: '申请人携带身份证、居住地址证明，到居住地派出所或政务服务中心办理；居住满半年且符合合法稳定就业、住所或就读条件之一。周六上午可办。',
      keywords: '居住证 暂住 派出所',
    },
    {
      unitCode: 'medical-insurance',
      title: '异地就医备案',
      body: '可在国家医保服务平台应用、微信小程序或本地医保窗口备案。备案后在联网医院直接结算；急诊视同已备案。',
      keywords: '医保 异地 备案 住院',
    },
    {
      unitCode: 'city-management',
      title: '夜间施工噪声',
      body: '夜间二十二时至次日六时，噪声敏感建筑物集中区域禁止产生环境噪声污染的建筑施工作业；因特殊需要必须连续作业的，应当公示夜间施工许可。',
      keywords: '噪声 施工 扰民 夜间',
    },
    {
      unitCode: 'market',
      title: '预付卡退费',
      body: '经营者停业的，请保留合同、转账记录，登记投诉工单；市场监督管理部门受理后组织调解，调解不成的可向人民法院起诉。',
      keywords: '预付卡 健身 退费 停业',
    },
    {
      unitCode: 'water',
      title: '自来水发黄',
      body: '管道检修后短时发黄，放水十五分钟一般可恢复；持续发黄请勿饮用，登记工单转水务局到场取样。',
      keywords: '自来水 水质 发黄 异味',
    },
  ].map((item) => ({ ...item, source: { name: '示例知识库' }, validFrom: today }))
