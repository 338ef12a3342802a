import type { Answer, Slug } from './types.ts'
import type { PauseRule } from './deadline.ts'
import type { HandlingClass, Term } from './term.ts'

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

export type SupervisionTrigger = Labelled & {
  atLeast?: number
  withinDays?: number
  /** 0–1: at least this part of all, where it is more than `atLeast`. */
  share?: number
  /** Ordered by those above the platform, who may begin at any level. */
  fromAbove?: true
  /** Terms whose missing is this trigger: supervision begins by itself. */
  onMissed?: readonly string[]
}

/** A way of supervising; `dated` where its notice names the day by which the unit answers. */
export type SupervisionMeans = Labelled & { dated?: true }

/** One step of supervision (督办): `signedBy` where the answer must bear a leader's signature. */
export type SupervisionLevel = Labelled & { means: readonly string[]; signedBy?: string; written?: true }

/** What a grave matter is handed on to, on which grounds (移送、政务督查、约谈). */
export type Onward = Labelled & {
  to: 'discipline' | 'governmentInspection' | 'deputies' | 'government' | 'police' | 'petitionOffice'
  grounds: readonly Labelled[]
  /** Who hands it on; the platform where it is left out. */
  by?: 'unit' | 'government'
  /** 可以: left to the judgement of whoever hands it on. */
  may?: true
}

/** How a unit gives back an order that is not its own (退回、退件). */
export type SendBackRule = {
  /** Id of the term in which it must be applied for with every paper. */
  within: string | null
  papers: readonly Labelled[]
  /** `centre`: the hotline examines and decides. `papers`: it follows the papers and gives no verdict of its own. */
  verdict: 'centre' | 'papers'
}

export type TerminationGround = Labelled & {
  /** Who may end it: the unit with proof and the centre's audit, or the platform itself. */
  by: 'unitWithAudit' | 'platform'
  /** 证明材料 must be handed in. */
  proof: boolean
  /** It is shown by tries to reach the requester or to win his help. */
  attempts?: true
  /** All of these must be stated, each with its facts. */
  needs?: readonly Labelled[]
}

/** Roles by the names of `src/base/actor.ts`. */
export type RoleNames = readonly string[]

type Named<T> = Readonly<Record<string, Answer<T>>>

export type Topics = {
  acceptance: {
    kinds: Answer<readonly Labelled<Kind>[]>
    requesterKinds: Answer<readonly Labelled<RequesterKind>[]>
    categories: Answer<readonly Category[]>
    careGroups: Answer<readonly Labelled<CareGroup>[]>
    oneSystem: Answer<true>
    aroundTheClock: Answer<true>
    /** Forms in which a matter may be raised, and where it may come from. */
    media?: Answer<readonly Labelled[]>
    sources?: Answer<readonly Labelled[]>
    /** Where a matter comes from that a person enters by hand or another platform hands in; each has its own basis. */
    sourceChannels?: readonly Answer<Labelled>[]
    /** From when the centre's own time runs for such a matter. */
    timeOfReceipt?: Answer<'whenCentreReceived'>
    onTheSpot: Answer<string>
    decide: Answer<string>
    withoutIdentity: Answer<'acceptedIncomplete'>
    repeated: Answer<'linked'>
    /** What is told to whoever raises the same matter again without anything new. */
    repeatedTold?: Answer<readonly Labelled[]>
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
    /** What a unit asked directly tells of a matter that is not its own. */
    tellsOfOtherDuty?: Answer<readonly Labelled[]>
  }
  dispatch: {
    /** Id of the term. */
    forward: Answer<string>
    /** Where the text gives 咨询 a term of its own. */
    forwardConsultation?: Answer<string>
    whoDecides: Answer<RoleNames>
    axes: Answer<readonly string[]>
    leadUnit: Answer<'namedInSolution' | 'firstDispatched' | 'namedByPlatform'>
    /** Several units: one leads and others help, or several orders beside each other. */
    severalUnits: Answer<readonly ('leadAndCo' | 'split')[]>
    petitionLegs: Answer<'handlerAndPetitionOffice'>
    accusedUnit: Answer<'never'>
    delivery: Answer<'whenDelivered'>
    unitLeaders: Answer<'warn'>
    /** Rungs from the lowest to the highest. */
    escalation: Answer<readonly Labelled[]>
    dispute: Answer<string>
    /** 急需处理: order and telephone hand-over, both. */
    urgentSituations: Answer<readonly (Labelled & { number: number })[]>
    /** Id of the term until the unit's people are on their way. */
    urgentHandOver: Answer<string>
    /** 疑难 may be named later, while the old limit runs. */
    classes: Answer<readonly Labelled<HandlingClass>[]>
    /** Ids of the terms of a unit that was asked directly, past the platform (首问责任). */
    directContact?: Answer<readonly string[]>
    /** Matters that no law gives to anybody: a unit may take them up. */
    withoutOwner?: Answer<'encouraged'>
  }
  sendBack: {
    fromPlatform: Answer<SendBackRule>
    tellRequester: Answer<true>
    otherChannels: Answer<string>
    dispute: Answer<string>
  }
  handlingLimit: {
    /** Ids of the terms that limit handling; `when` tells which of them is an order's. */
    handle: Answer<readonly string[]>
    otherLaw: Answer<true>
    /** Who must be told the result before an order can be finished. */
    feedback: Answer<readonly ('requester' | 'platform')[]>
    /** Ids of terms. */
    acknowledge: Answer<string>
    firstContact: Answer<string>
    coUnitResult: Answer<string>
    /** What a co-unit that is not ready in time reports instead. */
    coUnitLate?: Answer<readonly Labelled[]>
    /** What the unit owes the requester while the matter cannot be solved. */
    unsolvable?: Answer<'explain'>
    /** What a result report must hold. */
    resultParts: Answer<readonly Labelled[]>
    /** What an answer about policy must name. */
    policySource: Answer<readonly Labelled[]>
  }
  timeExtension: {
    apply: Answer<string>
    atMost: Answer<string>
    tells: Answer<readonly Labelled[]>
    /** Who approves; silent where the extension takes effect by being reported. */
    approver: Answer<RoleNames>
    /** Who approves one that passes a soft cap. */
    beyondCap: Answer<RoleNames>
    whileUndecided: Answer<'oldDueStands'>
    /** May it still be reported when the limit has passed (白银 第十五条)? */
    afterDue: Answer<true>
    alsoTold: Answer<readonly string[]>
  }
  supervision: {
    who: Answer<RoleNames>
    triggers: readonly Answer<SupervisionTrigger>[]
    means: Answer<readonly SupervisionMeans[]>
    levels: Answer<readonly SupervisionLevel[]>
    /** Id of the term of the answer, or a limit that each notice sets for itself. */
    answer: Answer<string>
    onward: readonly Answer<Onward>[]
  }
  audit: {
    duty: Answer<true>
    standard: Answer<readonly Labelled[]>
    failed: Answer<'oldClockGoesOn'>
    /** What may follow for a result below the standard. */
    belowStandard?: Answer<readonly ('track' | 'sendBack')[]>
  }
  followUp: {
    coverage: Answer<'all' | 'sample' | 'configured'>
    /** Share that is called where not all are, 0–1. */
    rate: Answer<number>
    channels: Answer<readonly Labelled[]>
    /** What follows when the requester is dissatisfied and in the right, or the matter was left undone. */
    dissatisfied: Answer<'handleAgainOrExplain'>
    clockOfHandlingAgain: Answer<'newLegNewLimit' | 'oldClockGoesOn'>
    /** The verdict on a complaint about the result is not the handling unit's. */
    judge: Answer<RoleNames>
  }
  rating: {
    components: Answer<readonly Labelled[]>
    stars: Answer<number>
    dimensions: Answer<readonly Labelled[]>
    /** 响应率、解决率、满意率 …: computed from raw answers. */
    indicators: Answer<readonly Labelled[]>
  }
  reEvaluation: {
    ladder: Answer<readonly ('centre' | 'office')[]>
    /** Id of the term. */
    limit: Answer<string>
    differentPeople: Answer<true>
  }
  recusal: {
    grounds: Answer<readonly Labelled[]>
    /** Id of the term. */
    decide: Answer<string>
    stopsClock: Answer<PauseRule>
    whoDecides: Answer<RoleNames>
  }
  termination: { grounds: readonly Answer<TerminationGround>[] }
  material: {
    /** Id of the term in which the requester supplies what is missing. */
    request: Answer<string>
    notSupplied: Answer<'closedMayReopen' | 'mayRefuse'>
  }
  integrityFile: {
    duty: Answer<true>
    evidence: Answer<true>
    correction: Answer<true>
  }
  confidentiality: {
    duty: Answer<true>
    levels: Answer<readonly Labelled[]>
    identityOfTipOff: Answer<'confidentialDeskOnly'>
    identityOfComplaint: Answer<'maskedLine'>
    /** Which parts of the identity the text names. */
    protects: Answer<readonly string[]>
    accessControl: Answer<true>
    dataSecurity: Answer<readonly string[]>
  }
  knowledgeBase: {
    build: Answer<true>
    /** Each unit names the person who keeps its part. */
    keeper?: Answer<true>
    citeOnAnswer: Answer<true>
    /** Ids of terms. */
    uploadBeforePublication: Answer<string>
    /** Policies that need not be uploaded before their publication. */
    uploadExempt?: Answer<readonly Labelled[]>
    errorCorrection: Answer<string>
    supervised: Answer<true>
    /** What each unit must deliver. */
    holdings: Answer<readonly Labelled[]>
    answerLines: Answer<true>
    templates: Answer<true>
  }
  rights: {
    know: Answer<readonly Labelled[]>
    /** Id of the term. */
    explanation: Answer<string>
    rateAndComplain: Answer<true>
    queryCode: Answer<true>
    protection: Answer<true>
  }
  /** `grounds`: what a requester must not do; the only grounds of an entry about him. */
  conduct: Named<unknown> & { grounds: Answer<readonly Labelled[]> }
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
  /** Telephone numbers of the hotline as the text names them, the first one first. */
  hotlineNumbers: readonly string[]
  terms: Readonly<Record<string, Term>>
  topics: Topics
}
