import type { Redis } from 'ioredis'
import { systemClock, type Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Pii } from '../base/pii.ts'
import type { Db, Tx } from '../db/pool.ts'
import { createAdministration, type Administration } from './administration.ts'
import { createFailures } from './failures.ts'
import { sealLedger } from './ledger.ts'
import { createPasswords, type ScryptCost } from './passwords.ts'
import { createRevocations, type Revocations } from './revocations.ts'
import { createEntry, type Entry } from './service.ts'
import {
  createSessions,
  defaultSessionLimits,
  purgeSessions,
  type SessionLimits,
  type Sessions,
} from './sessions.ts'
import * as store from './store.ts'

export type StaffConfig = {
  sessions: SessionLimits
  /** Local policy; null for never. */
  passwordMaxAgeMs: number | null
  /** How often the ledger is sealed and dead rows are removed, ms. */
  upkeepMs: number
  /** Cost of a password hash; the default is meant for production. */
  scrypt?: ScryptCost
}

export const defaultStaffConfig: StaffConfig = {
  sessions: defaultSessionLimits,
  passwordMaxAgeMs: 90 * 24 * 3_600_000,
  upkeepMs: 60_000,
}

export type Staff = {
  entry: Entry
  administration: Administration
  sessions: Sessions
  revocations: Revocations
  /** Display names by account id. */
  namesOf(ids: string[]): Promise<Map<string, string>>
  /** Units by account id, null for staff of the centre; unknown ids are missing from the map. */
  unitsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string | null>>
  /** Posts by account id; unknown ids are missing from the map. */
  postsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, store.Post>>
  /** What routing needs of agents' accounts; unknown and disabled ones are missing from the map. */
  agentAccounts(tx: Tx, ids: string[]): Promise<Map<string, store.AgentAccount>>
  stop(): Promise<void>
}

/**
 * The staff slice, put together.
 * @param subscriber a Redis connection of its own
 * @param prefix start of every Redis key, with the region's hash tag
 */
export function createStaff(parts: {
  db: Db
  redis: Redis
  subscriber: Redis
  prefix: string
  pii: Pii
  log: Log
  config: StaffConfig
  clock?: Clock
}): Staff {
  const { db, pii, log, config, clock = systemClock } = parts
  const revocations = createRevocations(parts.redis, parts.subscriber, parts.prefix, log)
  const sessions = createSessions(db, revocations, config.sessions)
  const failures = createFailures(db, pii)
  const passwords = createPasswords(config.scrypt)
  const { passwordMaxAgeMs } = config
  const entry = createEntry({ db, pii, passwords, failures, sessions, clock, newId, passwordMaxAgeMs })

  const upkeep = async (): Promise<void> => {
    try {
      await sealLedger(db)
      await purgeSessions(db)
    } catch (error) {
      // Another gateway holds the lock, or the database is away: the next round does it.
      log.debug({ err: (error as Error).message }, 'ledger not sealed this time')
    }
  }
  const timer = setInterval(() => void upkeep(), config.upkeepMs)
  timer.unref()

  return {
    entry,
    administration: createAdministration(db, sessions, failures, newId),
    sessions,
    revocations,
    namesOf: (ids) => store.namesOf(db, ids),
    unitsOf: (tx, ids) => store.unitsOf(tx, ids),
    postsOf: (tx, ids) => store.postsOf(tx, ids),
    agentAccounts: store.agentAccounts,
    async stop() {
      clearInterval(timer)
      await revocations.close()
    },
  }
}
