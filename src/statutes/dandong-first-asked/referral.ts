import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 8 and 10: what goes to somebody else, and how it is told. */
const emergencyNumbers = [
  { number: '110', name: '公安报警', use: 'police', emergency: true },
  { number: '119', name: '火警和消防救援', use: 'fire', emergency: true },
  { number: '120', name: '医疗急救', use: 'medical', emergency: true },
  { number: '12350', name: '安全生产举报投诉', use: 'workSafety', emergency: true },
  { number: '12395', name: '水上遇险求救', use: 'waterRescue', emergency: true },
] as const

export const referral: Topics['referral'] = {
  numbers: law(
    article(8, undefined, 3),
    '引导拨打 110、119、120、12350、12395 等紧急救助热线',
    emergencyNumbers,
  ),
  utilities: silent('办法没有列出公共服务行业热线'),
  liveHandOver: localPolicy('紧急救助由坐席三方通话转接，对方接手前坐席不得离开；只报号码不算转接', true),
  incidents: localPolicy('办法没有规定突发事件的通报；按四类突发事件登记并通报', [
    { code: 'naturalDisaster', label: '自然灾害' },
    { code: 'accident', label: '事故灾难' },
    { code: 'publicHealth', label: '公共卫生' },
    { code: 'socialSecurity', label: '社会安全' },
  ]),
  incidentNotice: silent('办法没有规定通报的期限'),
  departments: localPolicy('按事件类别列出的通报部门由本市设定', {
    naturalDisaster: ['应急管理局', '消防救援支队'],
    accident: ['应急管理局', '消防救援支队', '公安局'],
    publicHealth: ['应急管理局', '卫生健康委员会'],
    socialSecurity: ['应急管理局', '公安局'],
  }),
  matters: [
    law(article(8, undefined, 1), '属于党委、人大、政协、法院、检察院、军队非行政职能的，引导', {
      code: 'notAdministrative',
      label: '党委、人大、政协、法院、检察院、军队非行政职能',
      targets: [
        { name: '党委' },
        { name: '人大' },
        { name: '政协' },
        { name: '人民法院', number: '12368' },
        { name: '人民检察院', number: '12309' },
        { name: '军队有关单位' },
      ],
      keepsSubstance: true,
      tell: '您反映的事项不属于行政职能，请向有关机关提出。',
    }),
    reading(
      article(8, undefined, 2),
      '属于廉洁自律、干部任免及管理的投诉举报，引导，平台不记录举报内容',
      {
        code: 'namedReport',
        label: '廉洁自律、干部任免及管理',
        targets: [
          { name: '纪检监察举报', number: '12388', address: '12388 举报网站' },
          { name: '组织部门举报', number: '12380', address: '12380 举报网站' },
        ],
        keepsSubstance: false,
        tell: '廉洁自律、干部任免及管理方面的举报请向纪检监察机关 12388 或者组织部门 12380 提出，平台不记录举报内容。',
      },
      '对工作作风、办事效率的投诉仍然受理（第七条第（四）项）；条文没有规定记录，不记录内容以免泄露',
    ),
    law(article(8, undefined, 3), '涉及群众生命和财产安全的紧急求助，引导拨打紧急救助热线', {
      code: 'emergency',
      label: '紧急求助',
      targets: emergencyNumbers.map(({ number, name }) => ({ name, number })),
      keepsSubstance: true,
      tell: '情况紧急，正在为您转接紧急救助热线，请不要挂断。',
    }),
    law(article(8, undefined, 4), '涉及行政职权以外的民事纠纷，引导', {
      code: 'civilDispute',
      label: '行政职权以外的民事纠纷',
      targets: [
        { name: '人民调解委员会' },
        { name: '人民法院', number: '12368' },
        { name: '公共法律服务热线', number: '12348' },
      ],
      keepsSubstance: true,
      tell: '您反映的是民事纠纷，可以通过协商、人民调解或者诉讼解决。',
    }),
    law(article(8, undefined, 4), '已经进入诉讼、仲裁、行政复议的，引导', {
      code: 'legalProcedure',
      label: '已进入诉讼、仲裁、行政复议的事项',
      targets: [
        { name: '人民法院', number: '12368' },
        { name: '劳动人事争议仲裁院' },
        { name: '行政复议机关' },
        { name: '公共法律服务热线', number: '12348' },
      ],
      keepsSubstance: true,
      tell: '您反映的事项已经进入诉讼、仲裁或者行政复议，请向受理的机关查询和提出。',
    }),
    law(article(8, undefined, 4), '已经进入信访的，引导', {
      code: 'petitionEntered',
      label: '已进入信访的事项',
      targets: [{ name: '信访局' }],
      keepsSubstance: true,
      tell: '您反映的事项信访部门正在办理，请向信访部门查询进展。',
    }),
    reading(
      article(8, undefined, 4),
      '已经进入纪委、监委的，引导，平台不记录内容',
      {
        code: 'disciplineEntered',
        label: '已进入纪委、监委的事项',
        targets: [{ name: '纪检监察举报', number: '12388', address: '12388 举报网站' }],
        keepsSubstance: false,
        tell: '您反映的事项纪检监察机关正在办理，请向其查询，平台不记录内容。',
      },
      '条文只规定引导；不记录内容以免影响调查',
    ),
    silent(
      '尚未进入诉讼、仲裁、行政复议、信访的事项，办法没有规定引导；照常受理，第十八条的三种移交信访部门',
    ),
  ],
  otherChannels: law(
    article(10, undefined, 1),
    '直接提出而不属于本单位职责的，应当告知群众，并给予指导和帮助',
    'DD-D15',
  ),
  tellsOfOtherDuty: law(article(10, undefined, 1), '应当告知群众，并给予指导和帮助', [
    { code: 'notOurs', label: '不属于本单位职责' },
    { code: 'guidance', label: '给予的指导和帮助' },
  ]),
}
