import type { Topics } from '../statute.ts'
import { law, localPolicy, reading } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Articles 7, 20(三), 20(五), 20(六) and 28: what goes to somebody else, and how it is told. */
export const referral: Topics['referral'] = {
  numbers: law(article(7, 2), '各类紧急求助电话，包括但不限于 110、119、120、122', [
    { number: '110', name: '公安报警', use: 'police', emergency: true },
    { number: '119', name: '火警和消防救援', use: 'fire', emergency: true },
    { number: '120', name: '医疗急救', use: 'medical', emergency: true },
    { number: '122', name: '交通事故报警', use: 'traffic', emergency: true },
  ]),
  utilities: law(article(7, 2), '水、电、燃气、供暖等公共服务行业热线', [
    'water',
    'electricity',
    'gas',
    'heating',
  ]),
  liveHandOver: localPolicy('紧急求助由坐席三方通话转接，对方接手前坐席不得离开；只报号码不算转接', true),
  incidents: law(article(20, undefined, 3), '自然灾害、事故灾难、公共卫生、社会安全事项及时通报处置', [
    { code: 'naturalDisaster', label: '自然灾害' },
    { code: 'accident', label: '事故灾难' },
    { code: 'publicHealth', label: '公共卫生' },
    { code: 'socialSecurity', label: '社会安全' },
  ]),
  incidentNotice: law(article(20, undefined, 3), '及时通报应急等部门处置', 'AS19-D04'),
  departments: localPolicy('条文只写明应急等部门；按事件类别列出的通报部门由本市设定', {
    naturalDisaster: ['应急管理局', '消防救援支队'],
    accident: ['应急管理局', '消防救援支队', '公安局'],
    publicHealth: ['应急管理局', '卫生健康委员会'],
    socialSecurity: ['应急管理局', '公安局'],
  }),
  matters: [
    law(article(20, undefined, 5), '涉及行政复议、诉讼、仲裁的，及时告知相关办理途径', {
      code: 'legalProcedure',
      label: '行政复议、诉讼、仲裁',
      targets: [
        { name: '行政复议机关' },
        { name: '人民法院', number: '12368' },
        { name: '劳动人事争议仲裁院' },
        { name: '公共法律服务热线', number: '12348' },
      ],
      keepsSubstance: true,
      tell: '您反映的事项应当通过行政复议、诉讼或者仲裁解决，请向有管辖权的机关提出。',
    }),
    reading(
      article(20, undefined, 6),
      '涉及实名举报公职人员违纪违法的，告知向纪委举报，平台不记录举报内容',
      {
        code: 'namedReport',
        label: '实名举报公职人员',
        targets: [{ name: '纪检监察举报', number: '12388', address: '12388 举报网站' }],
        keepsSubstance: false,
        tell: '实名举报请通过纪委 12388 电话或者网站提出，平台不记录举报内容。',
      },
      '只限纪检监察范围内的违纪和职务违法；对态度、效率的投诉和食品、污染举报仍然受理（A-08，第六条、第十一条）',
    ),
    law(article(7, 2), '紧急求助告知紧急求助电话', {
      code: 'emergency',
      label: '紧急求助',
      targets: [
        { name: '公安报警', number: '110' },
        { name: '火警和消防救援', number: '119' },
        { name: '医疗急救', number: '120' },
        { name: '交通事故报警', number: '122' },
      ],
      keepsSubstance: true,
      tell: '情况紧急，正在为您转接紧急求助电话，请不要挂断。',
    }),
    law(article(7, 2), '水、电、燃气、供暖等告知公共服务行业热线', {
      code: 'utility',
      label: '公共服务行业热线',
      targets: [{ name: '公共服务行业热线' }],
      keepsSubstance: true,
      tell: '请拨打相应的公共服务行业热线；没有解决的，可以再次向平台反映。',
    }),
    law(article(7, 1), '其他群众诉求渠道的事项依照相关法律法规办理', {
      code: 'otherChannel',
      label: '其他诉求渠道',
      targets: [{ name: '有关行业部门诉求电话' }],
      keepsSubstance: true,
      tell: '您反映的事项由其他渠道办理，请向该渠道提出。',
    }),
  ],
  otherChannels: law(article(28, 1), '其他渠道的承办单位应当告知可以通过 8890 平台提出', 'AS19-D10'),
  tellsOfOtherDuty: law(article(28, 1), '及时告知诉求人，并告知该事项可以通过 8890 平台提出', [
    { code: 'notOurs', label: '不属于本单位职责' },
    { code: 'platform', label: '可以通过 8890 平台提出' },
  ]),
}
