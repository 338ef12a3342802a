import type { Role } from '../base/actor.ts'
import { dayOf, formatDay } from '../statutes/calendar.ts'

/**
 * PURE. What the knowledge base holds.
 *
 * Item: what one unit says about one thing; it has versions, and an answer cites item and version. `general`: any
 * other; `policy`: a new policy, uploaded before it is published; `answerLine` 应答口径; `acceptanceTemplate` 受理模板;
 * `replyTemplate` 答复模板; `holding`: what every unit must deliver about itself (职责, 权责清单 …).
 */
export const itemKinds = [
  'general',
  'policy',
  'answerLine',
  'acceptanceTemplate',
  'replyTemplate',
  'holding',
] as const
export type ItemKind = (typeof itemKinds)[number]

/** 热点问题、重大事件、突发事件: what an answer line is about. */
export const topics = ['hotTopic', 'majorEvent', 'emergency'] as const

/** 紧急、涉密: policies that need not be uploaded before they are published. */
export const exemptions = ['urgent', 'secret'] as const
export type Exemption = (typeof exemptions)[number]

/** Duties of a unit that run against a clock, by the names of the statute's topic. */
export const duties = ['errorCorrection', 'uploadBeforePublication'] as const
export type Duty = (typeof duties)[number]

/** The centre's own items stand under this code beside the units' codes. */
export const centreUnit = 'centre'

/** Whoever asks: every role that he has, and the unit whose member he is. */
export type Person = { id: string; role: Role; roles: readonly Role[]; unit: string | null }

/** What a clock or a supervision matter is about. */
export type Subject = { kind: Duty; id: string }

/** Today in Asia/Shanghai, `YYYY-MM-DD`. */
export const todayOf = (now: Date): string => formatDay(dayOf(now))
