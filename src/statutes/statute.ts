import type { Answer, Slug } from './types.ts'
import type { PauseRule } from './deadline.ts'
import type { Term } from './term.ts'

/**
 * PURE. What every statute must answer. A topic that the text does not touch is written `silent` or `localPolicy`,
 * never left out, so that nobody takes a gap for a rule.
 */

/** 诉求类别: the widest list; a statute with fewer kinds uses some of them. */
export const kinds = [
  'inquiry',
  'consultation',
  'help',
  'opinion',
  'suggestion',
  'situation',
  'complaint',
  'tipOff',
] as const
export type Kind = (typeof kinds)[number]

export const requesterKinds = ['naturalPerson', 'legalPerson', 'otherOrganisation'] as const
export type RequesterKind = (typeof requesterKinds)[number]

export const careGroups = ['minor', 'elderly', 'disabled', 'woman', 'migrantWorker'] as const
export type CareGroup = (typeof careGroups)[number]

/** What a 办理单 can be asked to hold. */
export const elements = [
  'requesterName',
  'requesterAddress',
  'requesterContact',
  'kind',
  'category',
  'place',
  'facts',
  'confidentialityWish',
] as const
export type Element = (typeof elements)[number]

export type Labelled<C extends string = string> = { code: C; label: string }
export type Category = { code: number; label: string; petition?: true }

export type RefusalReason = Labelled & {
  /** What the requester is told by default; the agent may say it in his own words. */
  tell: string
  otherChannel: string
}

export type ReferralMatter = Labelled & {
  targets: readonly { name: string; number?: string; address?: string }[]
  /** False where not even the substance may be kept, only that and whither the requester was referred. */
  keepsSubstance: boolean
  tell: string
}

export type ReferralNumber = {
  number: string
  name: string
  use: 'police' | 'fire' | 'medical' | 'traffic' | 'workSafety' | 'waterRescue' | 'discipline' | 'utility'
  emergency: boolean
}

export const incidents = ['naturalDisaster', 'accident', 'publicHealth', 'socialSecurity'] as const
export type Incident = (typeof incidents)[number]

export type SupervisionTrigger = Labelled & { atLeast?: number; withinDays?: number }

type Named<T> = Readonly<Record<string, Answer<T>>>

export type Topics = {
  acceptance: {
    kinds: Answer<readonly Labelled<Kind>[]>
    requesterKinds: Answer<readonly Labelled<RequesterKind>[]>
    categories: Answer<readonly Category[]>
    careGroups: Answer<readonly Labelled<CareGroup>[]>
    oneSystem: Answer<true>
    aroundTheClock: Answer<true>
    onTheSpot: Answer<string>
    decide: Answer<string>
    withoutIdentity: Answer<'acceptedIncomplete'>
    repeated: Answer<'linked'>
    /** Kind by kind: is the element demanded, and by what. `must: false` means asked for, never missed. */
    elements: Readonly<Record<Element, Answer<{ label: string; must: boolean }>>>
  }
  refusal: {
    reasons: readonly Answer<RefusalReason>[]
    tellReason: Answer<true>
    tellOtherChannel: Answer<true>
  }
  referral: {
    numbers: Answer<readonly ReferralNumber[]>
    utilities: Answer<readonly string[]>
    liveHandOver: Answer<true>
    incidents: Answer<readonly Labelled<Incident>[]>
    incidentNotice: Answer<string>
    departments: Answer<Readonly<Record<Incident, readonly string[]>>>
    matters: readonly Answer<ReferralMatter>[]
    otherChannels: Answer<string>
  }
  dispatch: {
    forward: Answer<string>
    whoDecides: Answer<readonly string[]>
    axes: Answer<readonly string[]>
    leadUnit: Answer<'namedInSolution' | 'firstDispatched' | 'namedByPlatform'>
    petitionLegs: Answer<'handlerAndPetitionOffice'>
    accusedUnit: Answer<'never'>
    delivery: Answer<'whenDelivered'>
    unitLeaders: Answer<'warn'>
    escalation: Answer<readonly string[]>
    dispute: Answer<string>
  }
  sendBack: Named<unknown>
  handlingLimit: { handle: Answer<string>; otherLaw: Answer<true>; feedback: Answer<readonly string[]> }
  timeExtension: {
    apply: Answer<string>
    atMost: Answer<string>
    tells: Answer<readonly string[]>
    approver: Answer<readonly string[]>
    whileUndecided: Answer<'oldDueStands'>
  }
  supervision: {
    who: Answer<string>
    triggers: readonly Answer<SupervisionTrigger>[]
    means: Answer<unknown>
  }
  audit: Named<unknown>
  followUp: Named<unknown>
  rating: Named<unknown>
  reEvaluation: Named<unknown>
  recusal: {
    grounds: Answer<readonly string[]>
    decide: Answer<string>
    stopsClock: Answer<PauseRule>
  }
  termination: Named<unknown>
  integrityFile: Named<unknown>
  confidentiality: {
    duty: Answer<true>
    levels: Answer<readonly Labelled[]>
    identityOfTipOff: Answer<'confidentialDeskOnly'>
    identityOfComplaint: Answer<'maskedLine'>
    dataSecurity: Answer<readonly string[]>
  }
  knowledgeBase: Named<unknown>
  rights: Named<unknown>
  conduct: Named<unknown>
  disclosure: Named<unknown>
  dataUse: Named<unknown>
  assessment: Named<unknown>
}

export type Topic = keyof Topics

export type Statute = {
  slug: Slug
  title: string
  /** Version of the text together with this reading of it; fixed on each order at registration. */
  version: string
  status: 'inForce' | 'draft' | 'consultation'
  /** `YYYY-MM-DD`, or null where the text has no date. */
  inForceFrom: string | null
  /** The statute's own words, shown to citizens and on the order. */
  words: { platform: string; workOrder: string; requester: string; unit: string }
  /** Two letters before the number of each order. */
  numberPrefix: string
  terms: Readonly<Record<string, Term>>
  topics: Topics
}
