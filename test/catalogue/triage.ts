import type { ReferralMatter, Statute } from '../../src/statutes/statute.ts'
import { placeOf, type Answer } from '../../src/statutes/types.ts'

/**
 * The same matter under each text: what an agent may do with it, and by which article. One line an answer of the
 * statute; a matter that the text neither refers nor refuses is accepted.
 */
export type Look = (statute: Statute) => string[]
export type Cells = Record<'AS19' | 'ASD' | 'BY24' | 'DD', string | readonly string[]>

export const short = {
  AS19: 'anshan-2019',
  ASD: 'anshan-draft',
  BY24: 'baiyin-2024',
  DD: 'dandong-first-asked',
} as const
const accepted = 'accepted'

/** `does: law 第二十条第（一）项`, or nothing where the text is silent. */
const says = (does: string, answer: Answer<unknown> | undefined): string[] => {
  if (!answer || answer.basis === 'silent') return []
  const places = 'cite' in answer ? ` ${answer.cite.map(placeOf).join('、')}` : ''
  return [`${does}: ${answer.basis}${places}`]
}

/** Matters by their codes; `entered: false` leaves out those that speak only of what 已进入 a procedure. */
const referred =
  (codes: readonly string[], entered = true): Look =>
  ({ topics: { referral } }) =>
    referral.matters.flatMap((matter) => {
      if (matter.basis === 'silent' || !codes.includes(matter.value.code)) return []
      const { code, label, keepsSubstance }: ReferralMatter = matter.value
      if (!entered && label.startsWith('已进入')) return []
      return says(`referred as ${code}${keepsSubstance ? '' : ', nothing kept'}`, matter)
    })

const refused =
  (...codes: string[]): Look =>
  ({ topics: { refusal } }) =>
    refusal.reasons.flatMap((reason) =>
      reason.basis !== 'silent' && codes.includes(reason.value.code)
        ? says(`refused as ${reason.value.code}`, reason)
        : [],
    )

const handedOn =
  (...codes: string[]): Look =>
  ({ topics: { supervision } }) =>
    supervision.onward.flatMap((onward) =>
      onward.basis !== 'silent' && codes.includes(onward.value.code)
        ? says(`handed on: ${onward.value.code}`, onward)
        : [],
    )

const supervised =
  (code: string): Look =>
  ({ topics: { supervision } }) =>
    supervision.triggers.flatMap((trigger) =>
      trigger.basis !== 'silent' && trigger.value.code === code ? says(`supervised as ${code}`, trigger) : [],
    )

const petition: Look = ({ topics: { acceptance, dispatch } }) =>
  acceptance.categories.basis !== 'silent' && acceptance.categories.value.some((c) => c.petition)
    ? [...says('accepted by category', acceptance.categories), ...says('two legs', dispatch.petitionLegs)]
    : []

/** What settles the matter at intake; whatever else is found happens to an accepted one. */
const settled = /^(?:accepted|answered|referred|refused|incomplete|linked|progress)/

/** Several looks after each other. */
const all =
  (...looks: Look[]): Look =>
  (statute) => {
    const found = looks.flatMap((look) => look(statute))
    return found.some((line) => settled.test(line)) ? found : [accepted, ...found]
  }

const legal = ['legalProcedure']
const discipline = ['namedReport', 'disciplineEntered']

export const matters: readonly [matter: string, look: Look, cells: Cells][] = [
  [
    '答得上的咨询',
    ({ topics: { acceptance, knowledgeBase } }) => [
      ...says('answered at once', acceptance.onTheSpot),
      ...says('with the knowledge item', knowledgeBase.citeOnAnswer),
    ],
    {
      AS19: ['answered at once: law 第二十条第（一）项', 'with the knowledge item: reading 第十九条'],
      ASD: ['answered at once: law 第十二条第一款', 'with the knowledge item: localPolicy'],
      BY24: ['answered at once: law 第十条第二款', 'with the knowledge item: localPolicy'],
      DD: ['answered at once: law 第十二条第（一）项', 'with the knowledge item: reading 第十二条第（一）项'],
    },
  ],
  [
    '生命财产紧急',
    all(referred(['emergency']), ({ topics: { referral } }) => [
      ...says('handed over live', referral.liveHandOver),
      ...says('departments told', referral.incidentNotice),
    ]),
    {
      AS19: [
        'referred as emergency: law 第七条第二款',
        'handed over live: localPolicy',
        'departments told: law 第二十条第（三）项',
      ],
      ASD: [
        'referred as emergency: law 第十二条第二款第（一）项',
        'handed over live: localPolicy',
        'departments told: law 第十二条第二款第（一）项',
      ],
      // 第二十条 speaks of what is found while a matter is handled; a caller in danger is the national layer
      BY24: [
        'referred as emergency: localPolicy',
        'handed over live: localPolicy',
        'departments told: law 第二十条第一款',
      ],
      DD: ['referred as emergency: law 第八条第（三）项', 'handed over live: localPolicy'],
    },
  ],
  [
    '诉讼 仲裁 行政复议, entered',
    all(referred(legal)),
    {
      AS19: 'referred as legalProcedure: law 第二十条第（五）项',
      ASD: 'referred as legalProcedure: law 第十二条第二款第（三）项',
      BY24: 'referred as legalProcedure: law 第十条第四款',
      DD: 'referred as legalProcedure: law 第八条第（四）项',
    },
  ],
  [
    '诉讼 仲裁 行政复议, not entered',
    all(referred(legal, false)),
    {
      AS19: 'referred as legalProcedure: law 第二十条第（五）项',
      ASD: 'referred as legalProcedure: law 第十二条第二款第（三）项',
      BY24: 'referred as legalProcedure: law 第十条第四款',
      // 进入诉讼、仲裁、行政复议…的: what has not entered is no matter of the article
      DD: accepted,
    },
  ],
  [
    '信访, not entered',
    all(petition, referred(['petition', 'petitionEntered'], false), handedOn('petitionOffice')),
    {
      AS19: ['accepted by category: law 第六条第一款', 'two legs: law 第二十条第（四）项'],
      ASD: accepted,
      BY24: 'referred as petition: law 第十条第四款',
      // three kinds are handed on afterwards
      DD: [accepted, 'handed on: petitionOffice: law 第十八条'],
    },
  ],
  [
    '信访, entered',
    all(petition, referred(['petition', 'petitionEntered'])),
    {
      AS19: ['accepted by category: law 第六条第一款', 'two legs: law 第二十条第（四）项'],
      ASD: 'referred as petitionEntered: reading 第十二条第二款第（三）项',
      BY24: 'referred as petition: law 第十条第四款',
      DD: 'referred as petitionEntered: law 第八条第（四）项',
    },
  ],
  [
    '纪检监察 实名举报公职人员',
    all(referred(discipline)),
    {
      AS19: 'referred as namedReport, nothing kept: reading 第二十条第（六）项',
      ASD: 'referred as namedReport, nothing kept: reading 第十二条第二款第（三）项',
      BY24: 'referred as namedReport, nothing kept: reading 第十条第四款',
      DD: [
        'referred as namedReport, nothing kept: reading 第八条第（二）项',
        'referred as disciplineEntered, nothing kept: reading 第八条第（四）项',
      ],
    },
  ],
  [
    '政府信息公开',
    all(referred(['informationDisclosure'])),
    {
      AS19: accepted,
      ASD: 'referred as informationDisclosure: law 第十二条第二款第（三）项',
      BY24: accepted,
      DD: accepted,
    },
  ],
  [
    '国家秘密 商业秘密 个人隐私',
    all(referred(['stateSecret', 'secrecyMatter']), ({ topics: { confidentiality } }) => [
      ...says('protected', confidentiality.duty),
      ...says('data secured', confidentiality.dataSecurity),
    ]),
    {
      AS19: [accepted, 'protected: law 第二十六条', 'data secured: law 第三十三条'],
      ASD: [
        'referred as stateSecret, nothing kept: reading 第十二条第二款第（三）项',
        'referred as secrecyMatter: reading 第十二条第二款第（三）项',
        'protected: law 第八条第二款',
        'data secured: law 第二十三条',
      ],
      BY24: [accepted, 'protected: law 第十四条第（四）项'],
      DD: [accepted, 'protected: law 第二十一条'],
    },
  ],
  [
    '民事纠纷',
    all(referred(['civilDispute', 'beyondDuty']), refused('notPublicMatter')),
    {
      AS19: 'refused as notPublicMatter: reading 第六条第一款第（十）项',
      ASD: 'referred as beyondDuty: reading 第十二条第二款第（五）项',
      BY24: accepted,
      DD: 'referred as civilDispute: law 第八条第（四）项',
    },
  ],
  [
    '党委 人大 政协 法院 检察院 军队 非行政职能',
    all(referred(['notAdministrative'])),
    {
      AS19: accepted,
      ASD: accepted,
      BY24: accepted,
      DD: 'referred as notAdministrative: law 第八条第（一）项',
    },
  ],
  [
    '缺材料 空泛',
    all(
      ({ topics: { acceptance, material } }) => [
        ...says('material asked', material.request),
        ...says(
          material.notSupplied.basis === 'silent' ? '' : `else ${material.notSupplied.value}`,
          material.notSupplied,
        ),
        ...says('incomplete and accepted', acceptance.withoutIdentity),
      ],
      refused('vague', 'cannotBeHandled'),
    ),
    {
      AS19: 'incomplete and accepted: reading 第十八条第（一）项',
      ASD: [
        'material asked: law 第十二条第二款第（二）项',
        'else closedMayReopen: localPolicy',
        'incomplete and accepted: reading 第十一条第一款',
      ],
      BY24: 'incomplete and accepted: reading 第九条第四款',
      DD: [
        'else mayRefuse: law 第十二条第（四）项',
        'incomplete and accepted: reading 第十二条第（四）项',
        'refused as vague: law 第九条',
        'refused as cannotBeHandled: law 第十二条第（四）项',
      ],
    },
  ],
  [
    '重复, 没有新情况',
    all(
      ({ topics: { acceptance } }) => [
        ...says('linked', acceptance.repeated),
        ...says('progress and result told', acceptance.repeatedTold),
      ],
      refused('repeated'),
      supervised('repeated'),
    ),
    {
      AS19: ['linked: reading 第二十五条第（二）项', 'supervised as repeated: law 第二十五条第（二）项'],
      ASD: [
        'linked: reading 第十二条第二款第（四）项',
        'progress and result told: law 第十二条第二款第（四）项',
        'supervised as repeated: law 第十九条第（二）项',
      ],
      BY24: ['linked: reading 第二十三条第（四）项', 'supervised as repeated: law 第二十三条第（四）项'],
      DD: ['linked: reading 第九条', 'refused as repeated: law 第九条'],
    },
  ],
  [
    '已有结论',
    all(
      ({ topics: { acceptance } }) => says('progress and result told', acceptance.repeatedTold),
      refused('concluded'),
    ),
    {
      AS19: accepted,
      ASD: 'progress and result told: law 第十二条第二款第（四）项',
      BY24: accepted,
      DD: 'refused as concluded: law 第九条',
    },
  ],
  [
    '恶意 骚扰',
    all(
      refused('malicious', 'distorted'),
      ({ topics: { conduct } }) => [
        ...says('a ground against him', conduct.grounds),
        ...says('the number handled', conduct['numberHandling']),
      ],
      handedOn('police'),
    ),
    {
      AS19: [
        accepted,
        'a ground against him: law 第十二条、第十三条、第十四条、第四十条',
        'handed on: police: law 第四十条',
      ],
      ASD: [accepted, 'a ground against him: law 第十条', 'handed on: police: law 第二十九条'],
      BY24: [accepted, 'a ground against him: law 第二十九条', 'handed on: police: law 第二十九条'],
      DD: [
        'refused as malicious: law 第九条',
        'refused as distorted: law 第九条',
        'a ground against him: law 第二十条',
        'the number handled: law 第二十条',
        'handed on: police: law 第二十条',
      ],
    },
  ],
  [
    '违法 违背公序良俗',
    all(refused('notLawful', 'unlawful'), ({ topics: { termination, conduct } }) => [
      ...termination.grounds.flatMap((g) =>
        g.basis !== 'silent' && g.value.code === 'unlawful' ? says('may be terminated', g) : [],
      ),
      ...says('admonished', conduct['admonition']),
    ]),
    {
      AS19: 'refused as notLawful: reading 第十二条',
      ASD: [
        'refused as unlawful: reading 第十二条第二款第（六）项',
        'admonished: law 第十二条第二款第（六）项',
      ],
      BY24: ['refused as unlawful: reading 第十九条第一款', 'may be terminated: law 第十九条第一款'],
      DD: accepted,
    },
  ],
  [
    '非本单位职责',
    all(
      ({ topics: { sendBack, dispatch } }) => [
        ...says('sent back', sendBack.fromPlatform),
        ...says('requester told', sendBack.tellRequester),
        ...says('of another channel: told', sendBack.otherChannels),
        ...says('nobody’s duty: encouraged', dispatch.withoutOwner),
      ],
      referred(['beyondDuty']),
    ),
    {
      AS19: [accepted, 'of another channel: told: law 第二十八条第一款'],
      ASD: [
        'sent back: law 第十三条',
        'requester told: localPolicy',
        'nobody’s duty: encouraged: law 第二十六条',
        'referred as beyondDuty: reading 第十二条第二款第（五）项',
      ],
      BY24: [accepted, 'sent back: law 第十二条第二款', 'requester told: law 第十二条第二款'],
      DD: [
        accepted,
        'sent back: law 第十三条第（六）项',
        'requester told: localPolicy',
        'of another channel: told: law 第十条第（一）项',
      ],
    },
  ],
]
