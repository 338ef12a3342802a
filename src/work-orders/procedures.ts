import type { HandlingClass, Limit } from '../statutes/term.ts'

/**
 * PURE. Procedure: something inside an order that is opened by one and closed by another (an application, a demand, a
 * supervision), with its own clock and its own verdict. All kinds have one shape, so that they are stored, listed and
 * shown alike; what each says is typed here.
 */
export type Told = { way: string; text: string }

/** What each kind says when it is opened. */
export type SaidOf = {
  /** 补齐材料 */
  material: { items: string[]; until: string | null; told?: Told }
  /** 申请延期 */
  timeExtension: {
    reason: string
    progress: string
    measures: string
    /** 依据, where the statute asks for it (丹东 第十三条第三项). */
    basis?: string
    by: Limit
    /** The new due date if it is approved. */
    due: string
    overSoftCap: boolean
    told: Told
  }
  /** 退回 */
  sendBack: {
    reason: string
    papers: { code: string; paper: string }[]
    /** After a window that is the centre's own policy: recorded, no reason to refuse. */
    late: boolean
  }
  /** 终止办理 */
  termination: { ground: string; reason: string; proof: string[]; attempts: Attempt[] }
  /** 督办 */
  supervision: {
    trigger: string
    level: string
    means: string[]
    reason: string
    /** When the notice wants the answer: the first instant that is too late. */
    due: string | null
    automatic: boolean
  }
  /** 回避: of one person of staff, or of a whole unit. */
  recusal: {
    ground: string
    reason: string
    person: string | null
    /** Unit of that person; null or absent: he is of the centre. */
    personUnit?: string | null
    unit: string | null
    by: 'requester' | 'self'
    /** The leader of his unit was told to decide; else whoever stands above it, or the centre on its own people. */
    inUnit?: boolean
    /** Whether the relation is there, looked up by those who may see the hidden identity. */
    check?: RelationCheck
  }
  /** 要求说明 */
  explanation: { question: string; ground?: 'overdue' | 'dispute' }
  /** 对评价的异议 */
  objection: { reason: string; evidence: string[]; stars: number | null; followUp: number | null }
  /** 报请上级协调 */
  escalation: {
    rung: string
    reason: string
    participants: string[]
    /** Codes of the statute, or `dutyDispute`. */
    grounds: string[]
    /** Why rungs below were left out. */
    whyJump: string | null
  }
  /** 电话交办 */
  urgentHandOver: { situation: string; calls: UrgentCall[] }
  /** 移送、移交、提交督查、专报 */
  onward: {
    to: string
    grounds: string[]
    reason: string
    dossier: string | null
    /** Not handed on yet: the program found the facts, a person decides. */
    proposed?: true
  }
}
/** A try to reach the requester, or to win his help. */
export type Attempt = { at: string; way: string; note: string }
export type RelationCheck = { found: boolean; note: string; by: string; at: string }
export type UrgentCall = { at: string; name: string; answered: boolean }
export type ProcedureKind = keyof SaidOf

/** What each kind says when it is closed. */
export type OutcomeOf = {
  material: { late: boolean }
  timeExtension: { reason: string }
  /** `basis`: the papers that were followed, where the centre gives no verdict of its own. */
  sendBack: { reason: string; basis: string | null; tellRequester: boolean }
  termination: { reason: string }
  /** Answered first and closed afterwards, or closed without an answer. */
  supervision: { answer: SupervisionAnswer | null; reason: string }
  /** Without a document where it was withdrawn. */
  recusal: { document: string | null; reason: string; late: boolean }
  explanation: { text: string; late: boolean }
  objection: {
    centre: ({ by: string; at: string } & ReEvaluated) | null
    office: { by: string; at: string; reason: string } | null
    reason: string
  }
  escalation: { decision: string; decidedBy: string; leadUnit: string | null }
  urgentHandOver: { arrival: string }
  onward: { receipt: string | null; reason?: string }
}
export type SupervisionAnswer = {
  text: string
  /** The leader whose signature it bears. */
  signedBy: string | null
  late: boolean
  by: string
  at: string
}
/** 复评: null keeps what was rated. */
export type ReEvaluated = {
  stars: number | null
  components: Record<string, number> | null
  reason: string
}

export type Procedure<K extends ProcedureKind = ProcedureKind> = K extends ProcedureKind
  ? {
      /** From 1 within the order. */
      n: number
      kind: K
      /** The dispatch leg it concerns, or null: the order as a whole. */
      leg: number | null
      openedAt: Date
      /** Who opened it: staff id, requester id or the name of a part of the system. */
      openedBy: string
      openedRole: string
      said: SaidOf[K]
      closedAt: Date | null
      closedBy: string | null
      closedRole: string | null
      /** `approved`, `refused`, `answered`, `withdrawn` …; null while open. */
      verdict: string | null
      outcome: OutcomeOf[K] | null
    }
  : never

type Holds = { procedures: readonly Procedure[] }

export const proceduresOf = <K extends ProcedureKind>(order: Holds, kind: K): Procedure<K>[] =>
  order.procedures.filter((p): p is Procedure<K> => p.kind === kind)

/** Those of a kind that wait for their verdict; of one leg where given. */
export const openProcedures = <K extends ProcedureKind>(
  order: Holds,
  kind: K,
  leg?: number | null,
): Procedure<K>[] =>
  proceduresOf(order, kind).filter((p) => p.closedAt === null && (leg === undefined || p.leg === leg))

export const findProcedure = <K extends ProcedureKind>(
  order: Holds,
  kind: K,
  n: number,
): Procedure<K> | null => proceduresOf(order, kind).find((p) => p.n === n) ?? null

/** What a unit found and did (办理结果): parts by the codes of the statute; source of policy where it rests on one. */
export type Result = {
  text: string
  parts: Record<string, string>
  policy: { number: string; name: string; article: string } | null
  solved: boolean
}

/** 回访 of one result. `solved` and `satisfied` are the requester's own answers; null: not asked or no answer. */
export type FollowUp = {
  n: number
  at: Date
  by: string
  channel: string
  reached: boolean
  solved: boolean | null
  satisfied: 'satisfied' | 'basicallySatisfied' | 'dissatisfied' | null
  says: string | null
  /** The result turned out to be untrue (丹东 第十六条). */
  untrue?: true
  /** Was the dissatisfied requester in the right; judged by somebody else than the unit. */
  verdict: (Judged & { by: string }) | null
}

/** 诉求是否合理, judged by somebody else than the unit, and what follows. */
export type Judged = {
  reasonable: boolean
  reason: string
  then: 'handleAgain' | 'explain' | 'none'
  /** 应办未办, or 不满意且诉求合理. */
  ground?: 'leftUndone' | 'dissatisfied'
  /** How a requester whose demand was found unreasonable was told so. */
  told?: Told
}

/** 星级评价: the components it is made of, and every earlier value. */
export type Rating = {
  stars: number
  components: Record<string, number>
  dimensions: Record<string, number>
  followUp: number
  at: Date
  by: string
  /** No objection can change it any more. */
  final: boolean
  before: { stars: number; components: Record<string, number>; until: Date }[]
}

export type Audit = {
  at: Date
  by: string
  passed: boolean
  /** Code of each point of the standard and whether it is met. */
  points: Record<string, boolean>
  note: string
  /** 办理质量, 1 to the highest star, where results are rated by stars. */
  quality?: number
  /** Co-units that had given neither result nor stage report. */
  lacking?: string[]
  /** What followed a result below the standard. */
  then?: 'return' | 'track'
}

export type { HandlingClass }
