import type { ReferralNumber, Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { EmergencyKind } from './triggers.ts'

/** PURE. Which numbers a city refers to. The table in the database starts from the statute and is edited afterwards. */

/** 119 also rescues; where a city has no line for traffic or water of its own, police and fire brigade take them. */
const standsIn: Record<EmergencyKind, readonly ReferralNumber['use'][]> = {
  police: ['police'],
  fire: ['fire'],
  medical: ['medical'],
  traffic: ['traffic', 'police'],
  waterRescue: ['waterRescue', 'fire'],
}

/** One number per kind, in the order given, each once. A kind without any number in the table is left out. */
export function numbersFor(kinds: readonly EmergencyKind[], table: readonly ReferralNumber[]): string[] {
  const found = kinds.flatMap((kind) => {
    for (const use of standsIn[kind]) {
      const entry = table.find((number) => number.emergency && number.use === use)
      if (entry) return [entry.number]
    }
    return []
  })
  return [...new Set(found)]
}

export type SeededNumber = ReferralNumber & { cite: string | null }

/** The numbers that the statute itself names, and those of its referral matters, with the article for each. */
export function numbersOfStatute(statute: Statute): SeededNumber[] {
  const { numbers, matters } = statute.topics.referral
  const named = numbers.basis === 'silent' ? [] : numbers.value
  const cite = citesOf(numbers)
  const lines = matters.flatMap((matter): SeededNumber[] => {
    if (matter.basis === 'silent' || matter.value.code !== 'namedReport') return []
    return matter.value.targets.flatMap((target) =>
      target.number
        ? [
            {
              number: target.number,
              name: target.name,
              use: 'discipline',
              emergency: false,
              cite: citesOf(matter),
            },
          ]
        : [],
    )
  })
  return [...named.map((number) => ({ ...number, cite })), ...lines]
}
