import type { Incident, ReferralNumber } from '../statutes/statute.ts'
import { normalise } from './normalise.ts'
import { numbersFor } from './numbers.ts'
import { readSigns } from './signs.ts'
import { blank } from './other-senses.ts'
import { matchesOf, readText, surroundingsOf } from './surroundings.ts'
import { triggers, type EmergencyKind, type Surroundings, type Trigger } from './triggers.ts'
import { urgentCodeOf, type UrgentCode } from './urgent.ts'

/**
 * PURE. Does a text say that life or property is in danger now? A missed emergency is far worse than a false one, so a
 * trigger counts unless its surroundings take it away; the agent decides, this only puts the contact in front of him.
 */
export type Recognised = {
  emergency: boolean
  kinds: EmergencyKind[]
  /** To be told or called, in the order of `kinds`; as far as the city's table has them. */
  numbers: string[]
  /** The words that decided, for the agent's screen; empty when there were none. */
  matched: string
  /** One of the urgent situations of 丹东 第十七条 (1–8; 9 is for the platform to decide), emergency or not. */
  urgentCode?: UrgentCode
  /** The class under which the departments in charge are to be notified (AS19 第二十条第三项). */
  incident?: Incident
}

/** All ways of taking a trigger away that no trigger is immune to unless it says so. */
const takesAway = (trigger: Trigger, surroundings: ReadonlySet<Surroundings>): boolean =>
  [...surroundings].some((s) => !trigger.immune?.includes(s))

const order: readonly EmergencyKind[] = ['fire', 'medical', 'police', 'traffic', 'waterRescue']
/** The cause before its effect: a landslide that buries a house is a natural disaster, not an accident. */
const causes: readonly Incident[] = ['naturalDisaster', 'publicHealth', 'socialSecurity', 'accident']
const longestText = 4_000

/** @param numbers the city's referral numbers; without them `numbers` stays empty */
export function recognise(text: string, numbers: readonly ReferralNumber[] = []): Recognised {
  const plain = normalise(text.slice(0, longestText))
  const read = readText(blank(plain))
  const hits: { trigger: Trigger; index: number; words: string }[] = []
  for (const trigger of triggers) {
    for (const { 0: words, index } of matchesOf(read.text, trigger.pattern)) {
      if (takesAway(trigger, surroundingsOf(read, index, words))) continue
      hits.push({ trigger, index, words })
      break
    }
  }
  const urgentCode = urgentCodeOf(plain)
  const urgent = urgentCode === undefined ? {} : { urgentCode }
  const signs = readSigns(read)
  const first = hits.toSorted((a, b) => a.index - b.index)[0]
  const matched = first?.words ?? signs?.words
  if (matched === undefined) return { emergency: false, kinds: [], numbers: [], matched: '', ...urgent }

  const named = new Set([...hits.flatMap((hit) => hit.trigger.kinds), ...(signs?.kinds ?? [])])
  const kinds = order.filter((kind) => named.has(kind))
  const incident = causes.find((cause) => hits.some((hit) => hit.trigger.incident === cause))
  return {
    emergency: true,
    kinds,
    numbers: numbersFor(kinds, numbers),
    matched,
    ...urgent,
    ...(incident ? { incident } : {}),
  }
}
