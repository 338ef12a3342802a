import type { Clock } from '../../base/clock.ts'
import { problem } from '../../base/problem.ts'
import { storable } from '../../base/storable.ts'
import type { Db } from '../../db/pool.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { isLead, ofUnit, seesAllUnits } from '../decide/rights.ts'
import { centreUnit, todayOf, type Person } from '../model.ts'
import type { Units } from '../ports.ts'
import { addEvent } from '../store.ts'
import type { UnitKnowledge, UnitKnowledgeList } from './contract.ts'
import * as store from './unit-store.ts'

/** What each unit keeps: who looks after its items (专人), and whether what it must deliver is there and in force. */
export type UnitKnowledgeParts = { db: Db; clock: Clock; statute: Statute; units: Units }

export type UnitKnowledges = ReturnType<typeof createUnitKnowledge>

export function createUnitKnowledge({ db, clock, statute, units }: UnitKnowledgeParts) {
  const { holdings, keeper } = statute.topics.knowledgeBase
  const namedBy = keeper ? citesOf(keeper) : null
  const required = valueOf(holdings, [])

  async function directory(): Promise<readonly { code: string; name: string }[]> {
    const known = await units()
    return known.some((u) => u.code === centreUnit)
      ? known
      : [...known, { code: centreUnit, name: '热线工作机构' }]
  }

  return {
    /** Every unit, or the reader's own. The articles list the holdings and demand the owner; null where none does. */
    async list(person: Person): Promise<UnitKnowledgeList> {
      const [all, owners, rows] = await Promise.all([
        directory(),
        store.listOwners(db),
        store.held(db, todayOf(clock())),
      ])
      const seen = all.filter((u) => seesAllUnits(person) || ofUnit(person, u.code))
      const items = seen.map((u): UnitKnowledge => {
        const own = rows.filter((r) => r.unitCode === u.code)
        const owner = owners.find((o) => o.unitCode === u.code)
        const sum = (pick: (r: store.HeldRow) => number): number => own.reduce((n, r) => n + pick(r), 0)
        return {
          unitCode: u.code,
          unitName: u.name,
          owner: owner
            ? { staffId: owner.staffId, name: owner.name, namedAt: formatInstant(owner.namedAt) }
            : null,
          items: sum((r) => r.items),
          stale: sum((r) => r.stale),
          openErrors: sum((r) => r.openErrors),
          // 承办单位 deliver; the centre collects
          holdings: u.code === centreUnit ? [] : required.map((h) => ({ ...h, ...stateOf(own, h.code) })),
        }
      })
      return { items, cite: citesOf(holdings), says: holdings.says, ownerCite: namedBy }
    },

    /** @throws Problem 403 roleNotAllowed, 422 unitUnknown */
    async nameOwner(
      person: Person,
      unitCode: string,
      said: { name: string; staffId?: string },
    ): Promise<void> {
      const code = storable(unitCode)
      if (!isLead(person) && !(person.roles.includes('unitLeader') && ofUnit(person, code)))
        throw problem(
          403,
          'roleNotAllowed',
          '知识库专人由单位分管领导指定',
          '请报分管领导指定。',
          namedBy ? { cite: namedBy } : {},
        )
      if (!(await directory()).some((u) => u.code === code))
        throw problem(422, 'unitUnknown', '没有这个承办单位', '请从单位名录中选择。')
      const { name, staffId = null } = storable(said)
      await db.tx(async (tx) => {
        const at = clock()
        await store.nameOwner(tx, { unitCode: code, staffId, name, by: person.id, at })
        await addEvent(tx, {
          subject: 'owner',
          id: code,
          type: 'named',
          at,
          by: person,
          data: { name, staffId },
        })
      })
    },
  }
}

function stateOf(own: readonly store.HeldRow[], code: string) {
  const row = own.find((r) => r.holding === code)
  const items = row?.items ?? 0
  const state = !row || items === 0 ? 'missing' : row.stale === items ? 'stale' : 'current'
  return { items, state } as const
}
