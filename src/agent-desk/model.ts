import type { AgentFacts } from '../queue/ports.ts'

/** PURE. When an agent may be asked, and what follows when his socket is lost. */

export type Intent = 'offline' | 'available' | 'paused' | 'draining'
export type DeskMode = 'desk' | 'phone' | 'text'

/** What is known of a signed-in agent: intent and presence, as stored; `socket` is measured. */
export type AgentRow = {
  agentId: string
  epoch: number
  intent: Intent
  pauseReason: string | null
  /** Since when the intent holds. */
  since: Date
  mode: DeskMode | null
  phone: string | null
  ownerTab: string | null
  deviceState: string | null
  phoneReady: boolean
  lostAt: Date | null
  notResponding: string | null
  lastFreeAt: Date
  /** A socket of his is open on a gateway that lives. */
  socket: boolean
  /** One of the tab that he signed in with, where a browser's phone is. */
  phoneTab: boolean
}

export type Load = { voice: number; text: number; wrapUp: boolean }
export const noLoad: Load = { voice: 0, text: 0, wrapUp: false }

/** An agent who has signed in but not yet said that he is ready: he tests his headset. */
export const preparing = 'preparing'

/**
 * Intent, presence and load together (design "Semantics"). A browser's phone lives in the tab of the sign-in, so desk
 * mode needs that one open, and no other helps; a SIP telephone on the table stands by itself.
 */
export function factsOf(
  row: AgentRow,
  account: Pick<AgentFacts, 'attributes' | 'capacity'>,
  load: Load,
): AgentFacts {
  const willing = row.intent === 'available' && row.notResponding === null && !load.wrapUp
  const voice = row.mode === 'phone' || (row.mode === 'desk' && row.phoneTab)
  return {
    agentId: row.agentId,
    epoch: row.epoch,
    attributes: account.attributes,
    mode: row.mode === 'phone' ? 'phone' : 'desk',
    phone: row.phone,
    capacity: row.mode === 'text' ? { ...account.capacity, voice: 0 } : account.capacity,
    load: { voice: load.voice, text: load.text },
    routable: {
      voice: willing && voice && row.phoneReady && row.phone !== null && account.capacity.voice > 0,
      text: willing && row.socket && account.capacity.text > 0,
    },
    idleSinceMs: Math.max(row.lastFreeAt.getTime(), row.since.getTime()),
  }
}

/** What follows how long after the loss of the last socket, ms. */
export type LossLimits = {
  /** Offers are withdrawn: a reload of the page may be over by then. */
  ringGraceMs: number
  /** The agent is signed out. With the time to notice a dead socket this stays below 30 s. */
  offlineMs: number
  /** The same for an agent whose telephone stands on the table and is still registered. */
  phoneAloneMs: number
  /** His open conversations go back to the queue, at their old place. */
  textsBackMs: number
}

/** Steps of a loss, in order: 1 offers withdrawn, 2 conversations returned. */
export type LossStep = 1 | 2

/** The steps that are due and not yet taken. `stage` is the last one taken. */
export function stepsDue(lostMs: number, stage: number, limits: LossLimits): LossStep[] {
  const due: [LossStep, number][] = [
    [1, limits.ringGraceMs],
    [2, limits.textsBackMs],
  ]
  return due.filter(([step, after]) => step > stage && lostMs >= after).map(([step]) => step)
}

/**
 * A telephone on the table rings without a page, so its agent stays signed in through a crash of the browser; but
 * nobody registers anything without a page, so he does not stay for ever.
 */
export function mustLeave(
  lost: Pick<AgentRow, 'intent' | 'mode' | 'deviceState'> & { lostMs: number },
  limits: LossLimits,
): boolean {
  if (lost.intent === 'offline') return false
  const phoneThere = lost.deviceState !== null && !['unavailable', 'unknown'].includes(lost.deviceState)
  return lost.lostMs >= (lost.mode === 'phone' && phoneThere ? limits.phoneAloneMs : limits.offlineMs)
}

/** Runs of seven and more digits are telephone or identity numbers: a summary shows none. */
export const hideNumbers = (text: string): string => text.replace(/\d(?:[\d\- ]{5,}\d)/g, '****')

export type EventId = string

/** Order of Redis stream ids, `ms-seq`: negative when `a` is older. */
export function compareEvents(a: EventId, b: EventId): number {
  const [aMs = '0', aSeq = '0'] = a.split('-')
  const [bMs = '0', bSeq = '0'] = b.split('-')
  return Number(aMs) - Number(bMs) || Number(aSeq) - Number(bSeq)
}

export const isEventId = (text: string): boolean => /^\d{1,15}-\d{1,15}$/.test(text)
