import type { LossLimits } from './model.ts'

/** All limits of the desk. Milliseconds unless said otherwise; local policy. */
export type DeskConfig = {
  loss: LossLimits
  /** A gateway writes its sign of life this often … */
  beatMs: number
  /** … and is taken for dead after this long without. */
  nodeDeadMs: number
  sweepMs: number
  /** Sessions of open sockets are checked this often, beside the announcement of a revocation. */
  sessionCheckMs: number
  /** Open desks count as use of the session this often. */
  sessionTouchMs: number
  /** State of the queue is sent to every page this often; it also tells the page that the line lives. */
  queueMs: number
  /** Without a hello for this long an open socket is closed. */
  helloMs: number
  socket: {
    unsentBytes: number
    stalledBytes: number
    pingMs: number
    pongMs: number
    /** Largest message of a page, bytes. */
    messageBytes: number
    /** Messages in work or waiting per page. */
    inWork: number
  }
  streams: {
    /** Events kept per agent for pages that were away. */
    kept: number
    followMs: number
    followLifeMs: number
    blockMs: number
  }
  /** Messages per second and page, and how many at once. */
  rate: { perSecond: number; burst: number }
  /** Numbers uncovered per agent and minute. */
  revealsPerMinute: number
  popLifeMs: number
  retryMs: number
  /** How long the browser's phone may take to answer by itself, seconds. */
  ringSeconds: number
  /** How long a colleague's phone rings in a transfer, seconds. */
  transferSeconds: number
  sip: { frameBytes: number; bufferBytes: number; connectMs: number }
}

export const defaultDeskConfig: DeskConfig = {
  // A dead socket is noticed within pongMs + pingMs; with offlineMs and a sweep that stays below 30 s.
  loss: { ringGraceMs: 4_000, offlineMs: 12_000, phoneAloneMs: 300_000, textsBackMs: 90_000 },
  beatMs: 2_000,
  nodeDeadMs: 6_000,
  sweepMs: 1_000,
  sessionCheckMs: 5_000,
  sessionTouchMs: 60_000,
  queueMs: 2_000,
  helloMs: 10_000,
  socket: {
    unsentBytes: 8 << 20,
    stalledBytes: 256 << 10,
    pingMs: 4_000,
    pongMs: 10_000,
    messageBytes: 128 << 10,
    inWork: 64,
  },
  streams: { kept: 300, followMs: 1_000, followLifeMs: 15_000, blockMs: 1_000 },
  rate: { perSecond: 15, burst: 60 },
  revealsPerMinute: 6,
  popLifeMs: 10_000,
  retryMs: 300,
  ringSeconds: 7,
  transferSeconds: 15,
  sip: { frameBytes: 64 << 10, bufferBytes: 256 << 10, connectMs: 3_000 },
}

/** A bucket of tokens that refills with time. `nowMs` is monotonic. */
export function createBucket(perSecond: number, burst: number): { take(nowMs: number): boolean } {
  let tokens = burst
  let at: number | null = null
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - (at ?? nowMs)) / 1000) * perSecond)
      at = nowMs
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
