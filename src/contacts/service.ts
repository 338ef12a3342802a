import type { Db, Tx } from '../db/pool.ts'
import { callBackTryMs, createCallSink, type CallDeps } from './calls.ts'
import { beginTry, openCallsOf, releaseCallBacks, takeTryBack } from './call-store.ts'
import { createConversations, type ConversationLimits, type SendToRequester } from './conversations.ts'
import { createDoor, type Door } from './door.ts'
import { createIntake, type IntakeDeps } from './intake.ts'
import { createMatterContacts } from './matters.ts'
import type { ContactsForMatching } from './ports.ts'
import * as reads from './reads.ts'
import { createRegister, type Registrar } from './registration.ts'
import { findByCallId, findContact, forgetAddress } from './store.ts'

export type ContactLimits = ConversationLimits & { wrapUpMs: number }

/** Defaults of design "Semantics": wrap-up 60 s with one renewal; a silent conversation ends after ten minutes. */
export const contactLimits: ContactLimits = { wrapUpMs: 60_000, silenceMs: 600_000 }

export type ContactsDeps<Outcome, Registered> = Omit<IntakeDeps, 'db'> &
  Omit<CallDeps, 'db' | 'door'> & {
    db: Db
    send: SendToRequester
    registrar: Registrar<Outcome, Registered>
    limits: ContactLimits
  }

/** The door alone: what must exist before the slices that `createContacts` in turn depends on. */
export const createContactDoor = (db: Db, limits: ContactLimits): Door => createDoor(db, limits.wrapUpMs)

export const createMatchingReads = (db: Db): ContactsForMatching => ({
  open: (afterId, limit) => reads.openForMatching(db, afterId, limit),
  changedSince: (sinceMs, limit) => reads.changedForMatching(db, sinceMs, limit),
  one: async (id) => (await reads.someForMatching(db, [id]))[0] ?? null,
  some: (ids) => reads.someForMatching(db, ids),
})

export function createContacts<Outcome, Registered>(door: Door, deps: ContactsDeps<Outcome, Registered>) {
  const { db } = deps
  const conversations = createConversations(db, door, deps.send, deps.limits, deps.log)
  return {
    door,
    intake: createIntake(deps),
    screen: deps.screen,
    /** Letters, visits and matters of other platforms. */
    matters: createMatterContacts({ ...deps, door }),
    calls: createCallSink({ ...deps, door }),
    conversations,
    register: createRegister(db, door, deps.registrar),
    find: (id: string, tx: Tx = db) => findContact(tx, id),
    byCallId: (callId: string) => findByCallId(db, callId),
    addressOf: (id: string, tx: Tx = db) => reads.addressOf(tx, id),
    openCallsOf: (node: string, also?: { andCallBacks: boolean }) => openCallsOf(db, node, also),
    waitingCalls: (nodes: string[]) => reads.waitingCalls(db, nodes),
    /** A follower left: his address goes, the cases stay. @returns whether he has written again since */
    forgetAddress: (channel: string, lookup: string, leftAt: Date) =>
      forgetAddress(db, channel, lookup, leftAt),
    textOf: (messageId: string) => reads.textOf(db, messageId),
    /** Ends pauses between tries of call backs; every gateway may do it at any time. */
    releaseCallBacks: () => releaseCallBacks(db),
    /** True for the one who may dial the citizen of this agent's call back now. */
    beginCallBack: (id: string, agentId: string | null, node: string) =>
      beginTry(db, id, agentId, node, callBackTryMs),
    takeCallBackBack: (id: string) => takeTryBack(db, id),
    messagesOf: (id: string, limit?: number) => reads.messagesOf(db, id, limit),
    ofAgent: (agentId: string) => reads.contactsOfAgent(db, agentId),
    owed: (limit: number) => reads.owedContacts(db, limit),
    historyOf: (requesterIds: string[], exceptId: string, limit = 8) =>
      reads.historyOf(db, requesterIds, exceptId, limit),
    loads: (agentIds?: string[]) => reads.loads(db, agentIds),
    loadsIn: reads.loads,
    list: (filter: reads.ContactFilter) => reads.listContacts(db, filter),
    eventsOf: (id: string) => reads.eventsOf(db, id),
  }
}

export type Contacts = ReturnType<typeof createContacts>
