import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db, Tx } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { basisOf } from '../matters/decide/entry.ts'
import type { ExchangeItem, ExchangeMatter } from './contract.ts'
import { concernsOf, cursorAt, seqOfCursor, wordsOf, type OrderFacts } from './decide.ts'
import type { Concern, Platform } from './model.ts'
import type { ExchangeMatters, ExchangeOrders, MatterOfPlatform } from './ports.ts'
import * as store from './store.ts'

export type ExchangeParts = {
  db: Db
  pii: Pii
  statute: Statute
  /** Null where the exchange is off. */
  platforms: readonly Platform[] | null
  matters: ExchangeMatters
  orders: ExchangeOrders
}

export type Exchange = ReturnType<typeof createExchange>

/** Two-way exchange: matters come in by number and wait for an agent; what became of them is told without identity. */
export function createExchange({ db, pii, statute, platforms, matters, orders }: ExchangeParts) {
  const configured = platforms ?? []
  const basis = basisOf(statute.topics.dataUse['sharing'])

  async function itemOfMatter(matter: MatterOfPlatform): Promise<ExchangeItem> {
    const [outcomes, own] = await Promise.all([
      orders.outcomesOf(matter.contactId),
      orders.ofContact(matter.contactId, matter.source),
    ])
    return {
      relation: 'source',
      platformNumber: matter.sourceNumber,
      raisedAt: formatInstant(matter.raisedAt),
      receivedAt: formatInstant(matter.receivedAt),
      state: outcomes === null ? 'waiting' : 'registered',
      outcomes: outcomes ?? [],
      orders: own,
    }
  }

  async function itemOf(platform: Platform, row: store.FeedRow): Promise<ExchangeItem | null> {
    if (row.subject === 'matter') {
      const matter = await matters.byId(row.ref)
      return matter && itemOfMatter(matter)
    }
    const order = await orders.byNumber(row.ref, platform.name)
    return {
      relation: row.relation,
      platformNumber: null,
      raisedAt: null,
      receivedAt: null,
      state: order ? 'registered' : 'withdrawn',
      outcomes: [],
      orders: order ? [order] : [],
    }
  }

  /** A registered contact: its matter's platform hears of it, and who is shown such orders. */
  async function concernsOfContact(contactId: string): Promise<Concern[]> {
    const own = await matters.ofContacts([contactId])
    const concerned = new Map<string, Concern>()
    const add = (c: Concern): void => void concerned.set(`${c.platform} ${c.subject} ${c.ref}`, c)
    for (const { id, source } of own)
      if (configured.some(({ name }) => name === source))
        add({ platform: source, subject: 'matter', ref: id, relation: 'source' })
    for (const platform of configured.filter(({ shares }) => shares !== null))
      for (const order of await orders.ofContact(contactId, null))
        concernsOf([platform], { ...order, tipOff: false, matters: [], handedOnTo: [] }).forEach(add)
    return [...concerned.values()]
  }

  return {
    platforms,

    /**
     * @throws Problem 409 contentDiffers for another matter under an old number, 422 for a telephone or time that is none
     */
    async receive(
      platform: Platform,
      given: ExchangeMatter,
    ): Promise<{ repeated: boolean; matter: ExchangeItem }> {
      const said = storable(given)
      const { phone, ...requester } = said.requester ?? {}
      const e164 = phone?.trim() ? toE164(phone) : null
      if (phone?.trim() && e164 === null)
        throw problem(
          422,
          'phoneUnknown',
          '诉求人电话不是有效的号码',
          '请填写可以联系的电话号码，或者不填。',
          {
            errors: [{ field: 'requester.phone', message: '不是有效的电话号码' }],
          },
        )
      const lookup = pii.lookup(
        'exchangeMatter',
        JSON.stringify([
          said.number,
          said.raisedAt,
          said.title ?? '',
          said.text,
          said.place ?? '',
          said.requester?.kind ?? '',
          said.requester?.name ?? '',
          said.requester?.home ?? '',
          phone ?? '',
        ]),
      )
      const { matter, repeated } = await matters.receive(platform.name, {
        number: said.number,
        text: wordsOf(matters.labelOf(platform.name), said),
        phone: e164,
        raisedAt: said.raisedAt,
        lookup,
        requester,
      })
      // Staff may have entered it before by hand, in their own words.
      if (repeated && matter.saidLookup !== null && matter.saidLookup !== lookup)
        throw problem(
          409,
          'contentDiffers',
          '这个编号已经用于内容不同的诉求',
          '首次提交的内容没有改变；补充内容或者另一件诉求请使用新的编号。',
        )
      return { repeated, matter: await itemOfMatter(matter) }
    },

    /** @throws Problem 404 unknownMatter, alike for another platform's number */
    async find(platform: Platform, number: string): Promise<ExchangeItem> {
      const matter = await matters.find(platform.name, storable(number))
      if (!matter)
        throw problem(404, 'unknownMatter', '没有这个编号的诉求', '请核对编号；尚未收到的请重新提交。')
      return itemOfMatter(matter)
    },

    /** What concerns the platform and changed since, each once, at its latest. @throws Problem 400 badCursor */
    async since(platform: Platform, cursor: string | undefined, limit: number) {
      const after = cursor === undefined ? 0 : seqOfCursor(cursor)
      const rows = await store.readFeed(db, platform.name, after, limit + 1)
      const page = rows.slice(0, limit)
      const items = []
      for (const row of page) {
        const item = await itemOf(platform, row)
        if (item) items.push(item)
      }
      return { items, next: cursorAt(page.at(-1)?.seq ?? after), more: rows.length > limit, basis }
    },

    /** In the transaction that registers a contact. */
    async contactRegistered(tx: Tx, contactId: string): Promise<void> {
      if (configured.length > 0) await store.markContact(tx, contactId)
    },

    /** In the transaction that changes an order. */
    async orderChanged(tx: Tx, facts: () => Promise<OrderFacts>): Promise<void> {
      if (configured.length > 0) await store.markConcerns(tx, concernsOf(configured, await facts()))
    },

    /** Moves what was marked into the feeds; every gateway may do it at any time. @returns how many marks */
    async sweep(limit = 200): Promise<number> {
      if (configured.length === 0) return 0
      return db.tx(async (tx) => {
        if (!(await store.alone(tx))) return 0
        const marks = await store.takeMarks(tx, limit)
        const latest = new Map<string, Concern>()
        for (const mark of marks)
          for (const c of mark.subject === 'contact'
            ? await concernsOfContact(mark.ref)
            : [mark as Concern]) {
            const key = `${c.platform} ${c.subject} ${c.ref}`
            latest.delete(key)
            latest.set(key, c)
          }
        for (const concern of latest.values()) await store.feed(tx, concern)
        return marks.length
      })
    },
  }
}
