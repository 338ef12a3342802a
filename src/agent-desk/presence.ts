import { Problem, problem } from '../base/problem.ts'
import type { Contact } from '../contacts/model.ts'
import type { Db, Tx } from '../db/pool.ts'
import { createReads } from '../db/reads.ts'
import type { AgentDirectory, AgentFacts } from '../queue/ports.ts'
import type { Publish } from './events.ts'
import { factsOf, noLoad, preparing, type AgentRow, type DeskMode, type Load } from './model.ts'
import type { DeskContacts, DeskOffers, NativeMembers, PhoneLine, PhonePool } from './ports.ts'
import * as store from './presence-store.ts'

/** Intent and presence of agents; the `AgentDirectory` that routing reads. */
export type Presence = AgentDirectory & {
  row(agentId: string): Promise<AgentRow | null>
  signedIn(): Promise<AgentRow[]>
  /** @throws Problem 403 notAnAgent, 409 phoneTaken, 409 callElsewhere, 503 noPhoneFree */
  signIn(agentId: string, request: { mode: DeskMode; phone?: string; tab: string }): Promise<number>
  /** @throws Problem 409 staleEpoch */
  available(agentId: string, epoch: number): Promise<void>
  /** An offer that rings meanwhile counts as declined. @throws Problem 409 staleEpoch */
  pause(agentId: string, epoch: number, reason: string): Promise<void>
  /** Signs out when nothing is held, else drains: no new offers, and offline after the last one. */
  signOut(agentId: string, why: string): Promise<'offline' | 'draining'>
  /** Signs a lost agent out whatever he holds except a call, which is finished first. */
  leave(agentId: string, why: string): Promise<void>
  /** A contact of his ended or left him. `worked`: it was answered, so his place among the idle starts anew. */
  released(agentId: string, worked: boolean): Promise<void>
  deviceState(phone: string, state: string): Promise<void>
  agentOfPhone(phone: string): Promise<string | null>
  /** His phone did not take a call that was his. */
  phoneFailed(agentId: string, status: string): Promise<void>
}

export type AgentAccount = Pick<AgentFacts, 'attributes' | 'capacity'> & {
  displayName: string
  roles: string[]
}

export type PresenceParts = {
  db: Db
  /** A gateway that was silent for longer is dead, ms. */
  nodeDeadMs: number
  accounts: (tx: Tx, ids: string[]) => Promise<Map<string, AgentAccount>>
  contacts: Pick<DeskContacts, 'loads' | 'loadsIn' | 'ofAgent'>
  offers: Pick<DeskOffers, 'withdrawOffersOf' | 'agentChanged'>
  phones: PhonePool
  line: Pick<PhoneLine, 'state'>
  native: NativeMembers
  publish: Publish
}

const phoneTaken = () =>
  problem(409, 'phoneTaken', '这部话机不可用', '它已被其他坐席使用或未登记，请换一部话机。')
const stale = () =>
  problem(409, 'staleEpoch', '您已在别处签入', '此页面的签入已失效；如需在这里工作，请重新签入。')

const callElsewhere = () =>
  problem(
    409,
    'callElsewhere',
    '您正在另一个页面上通话',
    '现在改到本页会挂断来电人，请回到那一页把电话讲完，挂断后再在本页签入。',
  )

/** States in which a caller hears the agent's phone. */
const onTheLine: readonly Contact['state'][] = ['connecting', 'active', 'held', 'consulting']

/**
 * PURE. Asterisk's own queue rings nobody who has paused or was set aside: callers would wait for the duty telephone behind
 * one that nobody lifts. In wrap-up it does ring him, because nobody could end that pause once the gateway is dead.
 */
export const restsInNativeQueue = (row: Pick<AgentRow, 'intent' | 'notResponding'>): boolean =>
  row.intent !== 'available' || row.notResponding !== null

export function createPresence(parts: PresenceParts): Presence {
  const { db, nodeDeadMs, accounts, contacts, offers, phones, line, native, publish } = parts

  const some = (agentIds: string[]): Promise<Map<string, AgentRow>> =>
    store.someAgents(db, agentIds, nodeDeadMs)
  const row = createReads(some)

  const asFacts = (
    rows: Iterable<AgentRow>,
    byId: Map<string, AgentAccount>,
    loads: Map<string, Load>,
  ): AgentFacts[] =>
    [...rows].flatMap((r) => {
      const account = byId.get(r.agentId)
      return account && r.intent !== 'offline' ? [factsOf(r, account, loads.get(r.agentId) ?? noLoad)] : []
    })

  /** Read at once, on one connection. */
  async function factsFrom(tx: Tx, agentIds: string[]): Promise<Map<string, AgentFacts>> {
    const [rows, byId, loads] = await Promise.all([
      store.someAgents(tx, agentIds, nodeDeadMs),
      accounts(tx, agentIds),
      contacts.loadsIn(tx, agentIds),
    ])
    return new Map(asFacts(rows.values(), byId, loads).map((f) => [f.agentId, f]))
  }
  const facts = createReads((agentIds) => factsFrom(db, agentIds))

  async function mirror({ phone, ...now }: AgentRow): Promise<void> {
    if (!phone) return
    // While a last call is finished the phone is no member any more: nothing new reaches it.
    if (now.intent === 'draining') await native.remove(phone)
    else await native.put(phone, restsInNativeQueue(now))
  }

  /** Tells the desk, the matcher and Asterisk's own queue how the agent stands now. */
  async function spread(agentId: string): Promise<void> {
    const now = await row(agentId)
    if (now) await mirror(now)
    await Promise.all([offers.agentChanged(agentId), publish(agentId, { type: 'agent' })])
  }

  const release = async (agentId: string, epoch: number): Promise<void> => {
    const freed = await phones.release(agentId, epoch)
    if (freed) await native.remove(freed)
  }

  /** The phone of this sign-in; a telephone on the table is the one that was named, or none. */
  async function takePhone(
    agentId: string,
    epoch: number,
    mode: DeskMode,
    before: string | null,
    wanted?: string,
  ): Promise<void> {
    const kind = mode === 'phone' ? 'sip' : 'web'
    const { number } = await phones.bind(agentId, epoch, kind, wanted).catch((error: unknown) => {
      throw wanted !== undefined && error instanceof Problem && error.code === 'noPhoneFree'
        ? phoneTaken()
        : error
    })
    if (before !== null && before !== number) await native.remove(before)
    if (wanted !== undefined && number !== wanted) {
      await phones.release(agentId, epoch)
      throw phoneTaken()
    }
    const state = await line.state(number)
    await db.tx((tx) => store.writePhone(tx, agentId, epoch, number, state))
  }

  async function goOffline(
    agentId: string,
    why: string,
    only: 'draining' | 'lost' | null,
    epoch: number | null = null,
  ): Promise<boolean> {
    const gone = await db.tx(async (tx) => {
      const written = await store.writeOffline(tx, agentId, only, epoch)
      if (written) await store.addEvent(tx, agentId, written.epoch, 'signedOut', { why })
      return written
    })
    if (!gone) return false
    await release(agentId, gone.epoch)
    await spread(agentId)
    return true
  }

  async function drain(agentId: string, why: string): Promise<void> {
    const now = await row(agentId)
    if (!now || now.intent === 'offline' || now.intent === 'draining') return
    await db.tx(async (tx) => {
      if (await store.writeIntent(tx, agentId, null, 'draining', null))
        await store.addEvent(tx, agentId, now.epoch, 'draining', { why })
    })
    await offers.withdrawOffersOf(agentId, 'withdrawn', why)
    await spread(agentId)
  }

  /** A caller is joined with the browser of another page of his, and that page is open. */
  async function talksElsewhere(agentId: string, tab: string): Promise<boolean> {
    const now = await row(agentId)
    if (now?.mode !== 'desk' || !now.phoneTab || now.ownerTab === tab) return false
    const his = await contacts.ofAgent(agentId)
    return his.some((c) => c.channel === 'voice' && onTheLine.includes(c.state))
  }

  async function loadOf(agentId: string) {
    return (await contacts.loads([agentId])).get(agentId) ?? noLoad
  }
  const isFree = (load: { voice: number; text: number; wrapUp: boolean }): boolean =>
    load.voice === 0 && load.text === 0 && !load.wrapUp

  return {
    row,
    signedIn: () => store.signedInAgents(db, nodeDeadMs),

    facts,
    factsIn: async (tx, agentId) => (await factsFrom(tx, [agentId])).get(agentId) ?? null,

    async all() {
      const rows = await store.signedInAgents(db, nodeDeadMs)
      if (rows.length === 0) return []
      const ids = rows.map((r) => r.agentId)
      const [byId, loads] = await Promise.all([accounts(db, ids), contacts.loads(ids)])
      return asFacts(rows, byId, loads)
    },

    async markNotResponding(tx, agentId, { channel, mode }) {
      // A browser's phone is in the tab that he signed in with: without it the call rang nowhere.
      const rings = channel !== 'voice' || mode === 'phone'
      if (!rings && !(await store.findAgent(tx, agentId, nodeDeadMs))?.phoneTab) return
      await store.setAside(tx, agentId, 'noAnswer')
    },

    async signIn(agentId, request) {
      const account = (await accounts(db, [agentId])).get(agentId)
      if (!account?.roles.includes('agent'))
        throw problem(403, 'notAnAgent', '您不是坐席', '只有坐席可以签入，请联系系统管理员。')
      const { mode, tab } = request
      if (await talksElsewhere(agentId, tab)) throw callElsewhere()
      const { before, epoch } = await db.tx(async (tx) => {
        const before = await store.lockAgent(tx, agentId, nodeDeadMs)
        const epoch = await store.writeSignIn(tx, agentId, mode, tab, preparing)
        await store.addEvent(tx, agentId, epoch, 'signedIn', { mode })
        return { before, epoch }
      })
      // Offers of the older sign-in could not be accepted any more.
      await offers.withdrawOffersOf(agentId, 'withdrawn', 'signedInAnew')
      try {
        if (mode === 'text') await release(agentId, before.epoch)
        else await takePhone(agentId, epoch, mode, before.phone, request.phone)
      } catch (error) {
        // A newer sign-in may be why there is no phone for this one.
        await goOffline(agentId, 'noPhone', null, epoch)
        throw error
      }
      await publish(agentId, { type: 'displaced', keepTab: tab, reason: 'otherTab' })
      await spread(agentId)
      return epoch
    },

    async available(agentId, epoch) {
      await db.tx(async (tx) => {
        if (!(await store.writeIntent(tx, agentId, epoch, 'available', null))) throw stale()
        await store.addEvent(tx, agentId, epoch, 'available')
      })
      await spread(agentId)
    },

    async pause(agentId, epoch, reason) {
      await db.tx(async (tx) => {
        if (!(await store.writeIntent(tx, agentId, epoch, 'paused', reason))) throw stale()
        await store.addEvent(tx, agentId, epoch, 'paused', { reason })
      })
      await offers.withdrawOffersOf(agentId, 'declined', 'paused')
      await spread(agentId)
    },

    async signOut(agentId, why) {
      await drain(agentId, why)
      if (isFree(await loadOf(agentId))) await goOffline(agentId, why, 'draining')
      return (await row(agentId))?.intent === 'draining' ? 'draining' : 'offline'
    },

    async leave(agentId, why) {
      if ((await loadOf(agentId)).voice > 0) return drain(agentId, why)
      if (await goOffline(agentId, why, 'lost')) await offers.withdrawOffersOf(agentId, 'withdrawn', why)
    },

    async released(agentId, worked) {
      const [now, stamped] = await Promise.all([row(agentId), worked ? store.stampFree(db, agentId) : null])
      const intent = worked ? stamped : now?.intent
      if (intent === 'draining' && isFree(await loadOf(agentId)))
        return void (await goOffline(agentId, 'drained', 'draining'))
      // What left him may have been an offer that he missed.
      if (now?.notResponding) await mirror(now)
      // An Asterisk that died with his call tells nothing more of his phone; the others do.
      if (now?.phone && !now.phoneReady && (await line.state(now.phone)) === 'notInUse')
        await store.writeDeviceState(db, now.phone, 'notInUse')
      await offers.agentChanged(agentId)
    },

    async deviceState(phone, state) {
      const agentId = await store.writeDeviceState(db, phone, state)
      if (!agentId) return
      // What he is offered next is not the telephone's business to wait for; what routing fails to do it owes.
      void offers.agentChanged(agentId).catch(() => {})
      await publish(agentId, { type: 'agent' })
    },

    agentOfPhone: (phone) => store.agentOfPhone(db, phone),

    async phoneFailed(agentId, status) {
      // Busy is the agent's own choice of that moment; the rest means that his phone cannot be reached.
      if (status === 'BUSY') return
      if (await store.setAside(db, agentId, 'phoneFailed')) await spread(agentId)
    },
  }
}
