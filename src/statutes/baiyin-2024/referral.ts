import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 10(4), 16 and 20: what goes to somebody else, and how it is told. */
const emergencyNumbers = [
  { number: '110', name: '公安报警', use: 'police', emergency: true },
  { number: '119', name: '火警和消防救援', use: 'fire', emergency: true },
  { number: '120', name: '医疗急救', use: 'medical', emergency: true },
  { number: '122', name: '交通事故报警', use: 'traffic', emergency: true },
] as const

export const referral: Topics['referral'] = {
  numbers: localPolicy('条例没有列出紧急求助电话，按全国统一的号码转接', emergencyNumbers),
  utilities: law(article(16), '水、电、气、热、网络通信等重点民生领域提供二十四小时服务', [
    'water',
    'electricity',
    'gas',
    'heating',
    'communications',
  ]),
  liveHandOver: localPolicy('紧急求助由坐席三方通话转接，对方接手前坐席不得离开；只报号码不算转接', true),
  incidents: reading(
    article(20, 1),
    '可能发生突发事件或者紧急情况的，按四类突发事件登记',
    [
      { code: 'naturalDisaster', label: '自然灾害' },
      { code: 'accident', label: '事故灾难' },
      { code: 'publicHealth', label: '公共卫生' },
      { code: 'socialSecurity', label: '社会安全' },
    ],
    '条文没有列举，按突发事件应对法的分类',
  ),
  incidentNotice: law(article(20, 1), '在职责范围内依法及时采取措施，同时向有关单位发出风险预警', 'BY24-D13'),
  departments: localPolicy('条文只写明有关单位；按事件类别列出的部门由本市设定', {
    naturalDisaster: ['应急管理局', '消防救援支队'],
    accident: ['应急管理局', '消防救援支队', '公安局'],
    publicHealth: ['应急管理局', '卫生健康委员会'],
    socialSecurity: ['应急管理局', '公安局'],
  }),
  matters: [
    law(article(10, 4), '应当进入或者已进入复议、仲裁、诉讼程序的，告诉诉求人依法定程序处理', {
      code: 'legalProcedure',
      label: '复议、仲裁、诉讼',
      targets: [
        { name: '行政复议机关' },
        { name: '劳动人事争议仲裁院' },
        { name: '人民法院', number: '12368' },
        { name: '公共法律服务热线', number: '12348' },
      ],
      keepsSubstance: true,
      tell: '您反映的事项应当依照法律、法规规定的复议、仲裁或者诉讼程序处理，请向有管辖权的机关提出。',
    }),
    law(article(10, 4), '应当进入或者已进入信访程序的，告诉诉求人依法定程序处理', {
      code: 'petition',
      label: '信访',
      targets: [{ name: '信访局' }],
      keepsSubstance: true,
      tell: '您反映的事项应当依照信访程序处理，请向信访部门提出；已经提出的，请向信访部门查询进展。',
    }),
    reading(
      article(10, 4),
      '应当进入或者已进入纪检监察程序的，告诉诉求人依法定程序处理，平台不记录举报内容',
      {
        code: 'namedReport',
        label: '纪检监察',
        targets: [{ name: '纪检监察举报', number: '12388', address: '12388 举报网站' }],
        keepsSubstance: false,
        tell: '涉嫌违纪、职务违法的举报请通过纪检监察 12388 电话或者网站提出，平台不记录举报内容。',
      },
      '只限纪检监察范围内的违纪和职务违法，对态度、效率的投诉仍然受理（A-08）；不记录内容以免泄露',
    ),
    localPolicy('紧急求助转接紧急求助电话（第二十条规定的是办理过程中发现的突发事件）', {
      code: 'emergency',
      label: '紧急求助',
      targets: emergencyNumbers.map(({ number, name }) => ({ name, number })),
      keepsSubstance: true,
      tell: '情况紧急，正在为您转接紧急求助电话，请不要挂断。',
    }),
    localPolicy('公共服务企业事业单位提供二十四小时服务（第十六条），可以一并告知其服务电话', {
      code: 'utility',
      label: '水、电、气、热、网络通信服务电话',
      targets: [{ name: '公共服务企业服务电话' }],
      keepsSubstance: true,
      tell: '请拨打相应的二十四小时服务电话；没有解决的，可以再次向平台反映。',
    }),
  ],
  otherChannels: silent('条例没有规定承办单位从其他渠道直接收到诉求时的告知'),
}
