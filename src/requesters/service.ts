import { randomInt, timingSafeEqual } from 'node:crypto'
import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Pii } from '../base/pii.ts'
import { problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import {
  careGroups,
  codeLifeMs,
  codesPerHour,
  codeTries,
  type CareGroup,
  type Profile,
  type SeenAddress,
} from './model.ts'
import * as store from './store.ts'

/** `isNew`: nothing can be known of him yet. */
export type Ensured = { requesterId: string; lookup: string; sealed: string | null; isNew: boolean }

export type Requesters = {
  /** The requester behind each address; strangers become requesters. A withheld address (null) is always somebody new. */
  ensure(tx: Tx, addresses: SeenAddress[]): Promise<Ensured[]>
  profile(requesterId: string, tx?: Tx): Promise<Profile | null>
  /** Everybody proven to be the same person; only they share a history. */
  samePerson(requesterId: string, tx?: Tx): Promise<string[]>
  /** The person behind each requester: the same id for those proven to be one. */
  personsOf(tx: Tx, requesterIds: readonly string[]): Promise<Map<string, string>>
  harassers(tx: Tx, requesterIds: string[]): Promise<Set<string>>
  /** Those who said that they are old, under age or disabled. */
  inNeedOfCare(tx: Tx, requesterIds: string[]): Promise<Set<string>>
  /**
   * A number typed by the requester is only claimed. `sendCode` is called inside the transaction and must hand the
   * code to that number's own SMS outbox, never to the channel that claimed it. `askedBy` names the message that asked:
   * delivered again it sends nothing.
   * @throws Problem 429 tooManyCodes
   */
  claimPhone(
    requesterId: string,
    e164: string,
    askedBy: string,
    sendCode: (tx: Tx, code: string) => Promise<void>,
  ): Promise<void>
  /** @throws Problem 409 codeWrong | 410 codeExpired | 404 noClaim */
  confirmPhone(requesterId: string, code: string): Promise<void>
  hasOpenClaim(requesterId: string): Promise<boolean>
  undoJoin(joinId: string, actor: Actor): Promise<void>
  describe(
    tx: Tx,
    requesterId: string,
    said: { name?: string; home?: string; careGroups?: string[]; kind?: string },
  ): Promise<void>
  mark(
    tx: Tx,
    mark: {
      requesterId: string
      reason: string
      evidenceContactId: string | null
      cite: string
      actor: Actor
    },
  ): Promise<string>
  /** Takes a mark away; it stays on record. */
  unmark(tx: Tx, markId: string, at: Date): Promise<void>
  forgetWechat(openid: string): Promise<void>
  lookupOf(address: SeenAddress): string
}

export function createRequesters(db: Db, pii: Pii): Requesters {
  const lookupOf = (a: SeenAddress): string =>
    // A withheld number gets a hash of its own each time, so two withheld callers never merge.
    a.address === null ? `withheld:${newId()}` : pii.lookup(a.kind, a.address)

  return {
    lookupOf,
    async ensure(tx, addresses) {
      const seen = addresses.map((a) => ({ ...a, lookup: lookupOf(a), id: newId(), requesterId: newId() }))
      const wanted = new Map<string, store.NewLink>()
      for (const a of seen)
        if (a.address !== null) wanted.set(store.linkKey(a.kind, a.lookup), { ...a, sealed: '' })
      const owners = await store.verifiedOwners(tx, [...wanted.values()])
      const strangers = [...wanted].filter(([key]) => !owners.has(key)).map(([, link]) => link)
      if (strangers.length > 0) {
        const address = new Map(seen.map((a) => [store.linkKey(a.kind, a.lookup), a.address]))
        const sealed = strangers.map((l) => ({
          ...l,
          sealed: pii.seal(address.get(store.linkKey(l.kind, l.lookup))!),
        }))
        for (const [key, owner] of await store.ensureLinks(tx, sealed, 'seen by the network'))
          owners.set(key, owner)
      }
      const result = []
      for (const a of seen) {
        if (a.address === null) await store.insertRequester(tx, a.requesterId)
        const requesterId = a.address === null ? a.requesterId : owners.get(store.linkKey(a.kind, a.lookup))!
        result.push({
          requesterId,
          lookup: a.lookup,
          sealed: a.address === null ? null : pii.seal(a.address),
          isNew: requesterId === a.requesterId,
        })
      }
      return result
    },

    async profile(requesterId, tx = db) {
      const all = await store.personOf(tx, requesterId)
      const [row] = all
      if (!row) return null
      const first = (pick: (r: store.RequesterRow) => string | null): string | null => {
        const sealed = all.map(pick).find((s) => s !== null)
        return sealed ? pii.open(sealed) : null
      }
      return {
        requesterId,
        person: all.map((r) => r.id),
        kind: row.kind,
        name: first((r) => r.nameSealed),
        home: first((r) => r.homeSealed),
        careGroups: [...new Set(all.flatMap((r) => r.careGroups))] as CareGroup[],
        integrityFlag: all.some((r) => r.integrityFlag),
        harassing: all.some((r) => r.harassing),
        links: all.flatMap((r) =>
          r.links.map(({ addressSealed, ...link }) => ({ ...link, address: pii.open(addressSealed) })),
        ),
      }
    },

    samePerson: (requesterId, tx = db) => store.samePerson(tx, requesterId),
    personsOf: (tx, ids) => store.personsOf(tx, ids),
    harassers: (tx, ids) => store.harassers(tx, ids),
    inNeedOfCare: (tx, ids) => store.inNeedOfCare(tx, ids),

    async claimPhone(requesterId, e164, askedBy, sendCode) {
      if (await store.codeAskedBy(db, askedBy)) return
      if ((await store.recentCodes(db, requesterId)) >= codesPerHour)
        throw problem(429, 'tooManyCodes', '验证码发送过于频繁', '请一小时后再试。')
      const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
      await db.tx(async (tx) => {
        const linkId = newId()
        await store.insertClaim(tx, {
          id: linkId,
          requesterId,
          kind: 'phone',
          lookup: pii.lookup('phone', e164),
          sealed: pii.seal(e164),
        })
        await store.insertCode(tx, {
          id: newId(),
          linkId,
          askedBy,
          hash: pii.lookup('code', code),
          lifeMs: codeLifeMs,
        })
        await sendCode(tx, code)
      })
    },

    async confirmPhone(requesterId, code) {
      // The try is counted even when the code is wrong, so it has to commit by itself.
      const row = await store.tryCode(db, requesterId)
      if (!row)
        throw problem(404, 'noClaim', '没有待验证的手机号', '请先发送您的手机号，再输入收到的验证码。')
      if (!row.live || row.tries > codeTries)
        throw problem(410, 'codeExpired', '验证码已失效', '请重新发送手机号，获取新的验证码。')
      const given = Buffer.from(pii.lookup('code', code))
      if (!timingSafeEqual(given, Buffer.from(row.codeHash)))
        throw problem(409, 'codeWrong', '验证码不正确', '请核对短信中的六位数字后再试。')
      await db.tx(async (tx) => {
        const link = await store.findLink(tx, row.linkId)
        if (!link) return
        await store.useCode(tx, row.id)
        await store.undoLink(tx, link.id, 'proven by code')
        const owners = await store.ensureLinks(
          tx,
          [{ ...link, id: newId(), requesterId: newId(), sealed: link.addressSealed }],
          'proven by code',
        )
        const owner = owners.get(store.linkKey('phone', link.lookup))!
        if (owner === requesterId) return
        await store.insertJoin(tx, { id: newId(), a: requesterId, b: owner, proof: 'code sent by SMS' })
        await store.regroup(tx, requesterId)
      })
    },

    hasOpenClaim: (requesterId) => store.hasOpenClaim(db, requesterId),

    async undoJoin(joinId, actor) {
      await db.tx(async (tx) => {
        const parted = await store.undoJoin(tx, joinId, actor.id)
        if (!parted) throw problem(404, 'noJoin', '没有这条关联记录', '它可能已经被解除。')
        await store.regroup(tx, parted.a)
        await store.regroup(tx, parted.b)
      })
    },

    async describe(tx, requesterId, said) {
      await store.updateProfile(tx, requesterId, {
        ...(said.name ? { nameSealed: pii.seal(said.name) } : {}),
        ...(said.home ? { homeSealed: pii.seal(said.home) } : {}),
        ...(said.careGroups ? { careGroups: knownGroups(said.careGroups) } : {}),
        ...(said.kind ? { kind: said.kind } : {}),
      })
    },

    async mark(tx, m) {
      const id = newId()
      await store.insertMark(tx, { ...m, id, by: m.actor.id })
      return id
    },
    unmark: (tx, markId, at) => store.withdrawMark(tx, markId, at),

    async forgetWechat(openid) {
      await store.forgetLink(db, 'wechat', pii.lookup('wechat', openid))
    },
  }
}

/** Only what the statute protects is kept: other words about a person are none of our business. */
const knownGroups = (said: string[]): CareGroup[] => careGroups.filter((group) => said.includes(group))
