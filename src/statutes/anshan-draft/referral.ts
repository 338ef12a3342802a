import type { Topics } from '../statute.ts'
import { law, localPolicy, reading, silent } from '../types.ts'
import { article } from './articles.ts'

/** PURE. Article 12, second paragraph: 分类处理. What goes to somebody else, and how it is told. */
export const referral: Topics['referral'] = {
  numbers: law(article(12, 2, 1), '110、119、120、122 等紧急服务热线', [
    { number: '110', name: '公安报警', use: 'police', emergency: true },
    { number: '119', name: '火警和消防救援', use: 'fire', emergency: true },
    { number: '120', name: '医疗急救', use: 'medical', emergency: true },
    { number: '122', name: '交通事故报警', use: 'traffic', emergency: true },
  ]),
  utilities: silent('草案没有列出公共服务行业热线'),
  liveHandOver: localPolicy('紧急事项由坐席三方通话转接，对方接手前坐席不得离开；只报号码不算转接', true),
  incidents: law(
    article(12, 2, 1),
    '自然灾害、事故灾难、公共卫生、社会安全等事项及时通报，启动应急工作机制',
    [
      { code: 'naturalDisaster', label: '自然灾害' },
      { code: 'accident', label: '事故灾难' },
      { code: 'publicHealth', label: '公共卫生' },
      { code: 'socialSecurity', label: '社会安全' },
    ],
  ),
  incidentNotice: law(article(12, 2, 1), '及时通报应急、消防、卫生、公安等部门', 'ASD-D11'),
  departments: reading(
    article(12, 2, 1),
    '按事件类别通报应急、消防、卫生、公安中的有关部门，应急部门每次都通报',
    {
      naturalDisaster: ['应急管理局', '消防救援支队'],
      accident: ['应急管理局', '消防救援支队', '公安局'],
      publicHealth: ['应急管理局', '卫生健康委员会'],
      socialSecurity: ['应急管理局', '公安局'],
    },
    '条文列出四类事项和四个部门，没有逐一对应；按职责对应，以免无关部门反复被通报',
  ),
  matters: [
    law(article(12, 2, 1), '应当通过紧急服务热线处理的紧急事项，告知诉求人相应专线', {
      code: 'emergency',
      label: '紧急事项',
      targets: [
        { name: '公安报警', number: '110' },
        { name: '火警和消防救援', number: '119' },
        { name: '医疗急救', number: '120' },
        { name: '交通事故报警', number: '122' },
      ],
      keepsSubstance: true,
      tell: '情况紧急，正在为您转接紧急服务热线，请不要挂断。',
    }),
    law(article(12, 2, 3), '应当通过或者已进入诉讼、仲裁、行政复议的，做好解释，告知相应渠道', {
      code: 'legalProcedure',
      label: '诉讼、仲裁、行政复议',
      targets: [
        { name: '人民法院', number: '12368' },
        { name: '劳动人事争议仲裁院' },
        { name: '行政复议机关' },
        { name: '公共法律服务热线', number: '12348' },
      ],
      keepsSubstance: true,
      tell: '您反映的事项应当通过诉讼、仲裁或者行政复议解决，请向有管辖权的机关提出。',
    }),
    reading(
      article(12, 2, 3),
      '依法应当通过或者已进入纪检监察途径的，告知向纪检监察机关举报，热线不记录举报内容',
      {
        code: 'namedReport',
        label: '纪检监察',
        targets: [{ name: '纪检监察举报', number: '12388', address: '12388 举报网站' }],
        keepsSubstance: false,
        tell: '涉嫌违纪、职务违法的举报请通过纪检监察 12388 电话或者网站提出，热线不记录举报内容。',
      },
      '只限纪检监察范围内的违纪和职务违法，对态度、效率的投诉仍然受理（第十一条第二款，A-08）；不记录内容以免泄露',
    ),
    law(article(12, 2, 3), '依法应当通过政府信息公开途径办理的，做好解释，告知相应渠道', {
      code: 'informationDisclosure',
      label: '政府信息公开',
      targets: [{ name: '制作或者保存该信息的行政机关' }],
      keepsSubstance: true,
      tell: '您需要的信息应当通过政府信息公开申请获取，请向制作或者保存该信息的行政机关提出申请。',
    }),
    reading(
      article(12, 2, 3),
      '已进入信访渠道办理的事项，做好解释，告知向信访部门查询',
      {
        code: 'petitionEntered',
        label: '已进入信访渠道的事项',
        targets: [{ name: '信访局' }],
        keepsSubstance: true,
        tell: '您反映的事项信访部门正在办理，请向信访部门查询进展。',
      },
      '条文只写“已进入信访渠道”，尚未进入的照常受理',
    ),
    reading(
      article(12, 2, 3),
      '涉及国家秘密的，做好解释，告知保密渠道，热线不记录内容',
      {
        code: 'stateSecret',
        label: '涉及国家秘密的事项',
        targets: [{ name: '国家保密行政管理部门' }],
        keepsSubstance: false,
        tell: '电话和网络不能传递国家秘密，请不要继续陈述，请向保密行政管理部门当面反映。',
      },
      '条文只要求告知渠道；国家秘密不得进入没有相应等级的系统',
    ),
    reading(
      article(12, 2, 3),
      '事项本身属于商业秘密、个人隐私处理的，做好解释，告知有权处理的机关',
      {
        code: 'secrecyMatter',
        label: '商业秘密、个人隐私事项',
        targets: [
          { name: '公安机关', number: '110' },
          { name: '人民法院', number: '12368' },
        ],
        keepsSubstance: true,
        tell: '您反映的事项依法由其他机关处理，请向该机关提出。',
      },
      '从严理解：事项本身应由其他机关处理才适用；诉求中含有隐私的照常受理并保密，否则多数投诉都会被排除',
    ),
    law(article(12, 2, 3), '依法应当由有关行业主管部门处理的，做好解释，告知相应渠道', {
      code: 'otherAuthority',
      label: '由行业主管部门处理的事项',
      targets: [{ name: '有关行业主管部门' }],
      keepsSubstance: true,
      tell: '您反映的事项依法由行业主管部门处理，请向该部门提出。',
    }),
    reading(
      article(12, 2, 5),
      '超出承办单位职责范围的，告知通过属地热线、市场、社会等其他渠道解决',
      {
        code: 'beyondDuty',
        label: '超出承办单位职责范围的事项',
        targets: [
          { name: '事发地热线', number: '12345' },
          { name: '市场途径' },
          { name: '人民调解委员会' },
          { name: '其他社会渠道' },
        ],
        keepsSubstance: true,
        tell: '您反映的事项超出承办单位的职责范围，可以通过属地热线、市场、社会等渠道解决。',
      },
      '先看是否属于其他承办单位（第十三条改派），再看是否没有明确的职责主体（第二十六条），都不是的才适用本项',
    ),
  ],
  otherChannels: silent('草案没有规定承办单位从其他渠道直接收到诉求时的告知'),
}
