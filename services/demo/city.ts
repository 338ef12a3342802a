import { systemClock } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import type { Role } from '../../src/base/actor.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createKnowledgeBase } from '../../src/knowledge-base/service.ts'
import type { Statute } from '../../src/statutes/statute.ts'
import { issueLink } from '../../src/staff/links.ts'
import { findByUsername, insertMember } from '../../src/staff/store.ts'
import { ServiceProblem } from '../command.ts'
import { seedUnits } from '../../src/work-orders/store.ts'
import { oneOf } from './chance.ts'
import { knowledge, units } from './knowledge.ts'

/** Somebody who can sign in at the demo. */
export interface Person {
  username: string
  displayName: string
  role: Role
  /** path behind the gateway's address; works several times */
  link: string
}

export interface City {
  /** for the person who tries the demo, one of each role */
  people: Person[]
  /** tokens of sign-in links for the simulated agents */
  agentTokens: string[]
}

interface Seat {
  username: string
  displayName: string
  role: Role
  attributes?: Record<string, string[]>
  unitId?: string
}

const languages = [['mandarin'], ['mandarin', 'northeastern'], ['mandarin', 'english']]
const topics = ['heating', 'traffic', 'property', 'enterprise', 'medical']

/** Names of functions, not of people. */
const staff: Seat[] = [
  { username: 'zuoxi', displayName: '体验坐席', role: 'agent', attributes: { language: ['mandarin'] } },
  { username: 'banzhang', displayName: '值班班长', role: 'teamLead' },
  { username: 'paidan', displayName: '派单员', role: 'dispatcher' },
  { username: 'chengban', displayName: '供热办经办人', role: 'unit', unitId: 'heating-office' },
  { username: 'duban', displayName: '督办专员', role: 'supervisor' },
  { username: 'xitong', displayName: '系统管理员', role: 'systemAdministrator' },
  { username: 'shenji', displayName: '审计管理员', role: 'auditAdministrator' },
  { username: 'anquan', displayName: '安全管理员', role: 'securityAdministrator' },
]

const dayMs = 24 * 3_600_000

/**
 * Makes the demo's people where they are missing and issues sign-in links for them. The database is brought up to
 * date first.
 * @param agents how many simulated agents
 */
export async function seedCity(databaseUrl: string, agents: number, statute: Statute): Promise<City> {
  await migrate(databaseUrl)
  const db = createPool(databaseUrl, createLog('silent', 'demo'), 4)
  try {
    await refuseRealData(db)
    await seedUnits(db, units)
    await seedKnowledge(db, statute)
    const people: Person[] = []
    for (const seat of staff) {
      const staffId = await seatOf(db, seat)
      const link = await issueLink(db, { purpose: 'signIn', staffId }, { lifeMs: dayMs, uses: 20 })
      people.push({ username: seat.username, displayName: seat.displayName, role: seat.role, link })
    }
    const agentTokens: string[] = []
    for (let n = 1; n <= agents; n += 1) {
      const number = String(n).padStart(3, '0')
      const staffId = await seatOf(db, {
        username: `demo${number}`,
        displayName: `模拟坐席${number}`,
        role: 'agent',
        attributes: { language: oneOf(languages), topic: [oneOf(topics), oneOf(topics)] },
      })
      // they sign in again after every restart of the gateway
      const link = await issueLink(db, { purpose: 'signIn', staffId }, { lifeMs: 7 * dayMs, uses: 10_000 })
      agentTokens.push(link.slice(link.indexOf('=') + 1))
    }
    return { people, agentTokens }
  } finally {
    await db.end()
  }
}

/** The operator's own DATABASE_URL may lead to a hotline that is in use. */
async function refuseRealData(db: Db): Promise<void> {
  const real = await db.query("select from staff where created_by <> 'demo' limit 1")
  if (real.length === 0) return
  throw new ServiceProblem(
    'This database belongs to a real hotline, and the demo would mix invented citizens in. Give it another DATABASE_URL, or none.',
  )
}

async function seedKnowledge(db: Db, statute: Statute): Promise<void> {
  if ((await db.query('select from knowledge_items limit 1')).length > 0) return
  const base = createKnowledgeBase(db, systemClock, statute)
  const today = systemClock().toISOString().slice(0, 10)
  for (const item of knowledge(today)) await base.publish(item, 'demo')
}

async function seatOf(
  db: Db,
  { username, displayName, role, attributes = {}, unitId }: Seat,
): Promise<string> {
  const known = await findByUsername(db, username)
  if (known !== null) return known.id
  const id = newId()
  await insertMember(db, {
    id,
    username,
    displayName,
    roles: [role],
    attributes,
    capacity: role === 'agent' ? { voice: 1, text: 3 } : { voice: 0, text: 0 },
    unitId: unitId ?? null,
    passwordHash: null,
    createdBy: 'demo',
  })
  return id
}
