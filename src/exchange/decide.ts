import { problem } from '../base/problem.ts'
import type { Concern, Platform } from './model.ts'

/** PURE. Which platforms have to hear of an order, and the place in a feed. */

export type OrderFacts = {
  number: string
  kind: string | null
  category: number | null
  /** A tip-off is nobody else's business. */
  tipOff: boolean
  /** Matters it came from or that were joined to it. */
  matters: readonly { id: string; source: string }[]
  /** Codes of the bodies that it was handed on to. */
  handedOnTo: readonly string[]
}

export function concernsOf(platforms: readonly Platform[], order: OrderFacts): Concern[] {
  return platforms.flatMap((platform): Concern[] => {
    const { name } = platform
    const own = order.matters.filter(({ source }) => source === name)
    const asSource = own.map(({ id }): Concern => ({
      platform: name,
      subject: 'matter',
      ref: id,
      relation: 'source',
    }))
    if (order.tipOff) return asSource
    if (order.handedOnTo.includes(name))
      return [...asSource, { platform: name, subject: 'order', ref: order.number, relation: 'handedOn' }]
    return isShared(platform, order)
      ? [...asSource, { platform: name, subject: 'order', ref: order.number, relation: 'shared' }]
      : asSource
  })
}

function isShared({ shares }: Platform, { kind, category }: OrderFacts): boolean {
  if (shares === null) return false
  const within = <T>(list: readonly T[] | null, value: T | null): boolean =>
    list === null || (value !== null && list.includes(value))
  return within(shares.categories, category) && within(shares.kinds, kind)
}

/** The place after which a feed is read. */
export const cursorAt = (seq: number): string => Buffer.from(`seq:${seq}`).toString('base64url')

/** @throws Problem 400 badCursor for anything that `cursorAt` did not make */
export function seqOfCursor(cursor: string): number {
  const match = /^seq:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))
  if (!match || cursorAt(Number(match[1])) !== cursor)
    throw problem(400, 'badCursor', '读取位置无效', '请使用上一次返回的 next，或者不带 since 从头读取。')
  return Number(match[1])
}

export type PlatformSaid = {
  number: string
  raisedAt: string
  title?: string | undefined
  text: string
  place?: string | undefined
}

/** The matter as the agent reads it: the platform's own words under its name and number. */
export const wordsOf = (label: string, said: PlatformSaid): string =>
  [
    `【${label}转来，编号 ${said.number}】${said.title?.trim() ?? ''}`,
    said.text.trim(),
    ...(said.place?.trim() ? [`地点：${said.place.trim()}`] : []),
  ].join('\n')
