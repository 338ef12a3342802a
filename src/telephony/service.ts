import type { Log } from '../base/log.ts'
import { createLease } from '../db/lease.ts'
import type { AskProgress } from '../channels/progress.ts'
import type { Db } from '../db/pool.ts'
import { connectAsteriskAmiClient } from './ami/asterisk-ami-client.ts'
import type { AmiTarget } from './ami/transport.ts'
import { nodeOfCall, type CallEvent, type PhoneState, type Stage } from './call-event.ts'
import { createCallControl, type CallControl } from './control.ts'
import { createNativeQueue, type NativeQueue } from './native-queue.ts'
import { beginOfLeg } from './journals.ts'
import { createLostNodes } from './lost-nodes.ts'
import { createNode, type AsteriskNode, type NodeFiles, type NodeHealth } from './node.ts'
import { createNodeMarks } from './node-marks.ts'
import { createProgressCalls } from './progress-calls.ts'
import type { CallSink, CallSpool, Healthy, OpenCalls, SignedIn } from './ports.ts'
import type { Recordings } from './recording.ts'
import type { Nodes } from './speaker.ts'

/** Telephony as one gateway has it: all nodes, and what may be asked of them. */
export type Telephony = {
  control: CallControl
  nativeQueue: NativeQueue
  /** State of a phone over all nodes: busy on one is busy; ready only where it is reachable on at least one. */
  phoneState(phone: string): PhoneState
  /**
   * Where a call stands now, as far as this gateway sees it. `gone`: Asterisk has no such call, and all that it said of it
   * is in the ledger. `unknown`: its Asterisk is out of sight, or the ledger has yet to learn how the call went.
   */
  callState(callId: string): Promise<'waiting' | 'busy' | 'gone' | 'unknown'>
  /**
   * False for a caller who is not on the line any more, though the ledger may have yet to learn it, and while nobody
   * reaches his Asterisk.
   */
  mayRing(callId: string): boolean
  /**
   * Whoever speaks says that his call is over, though its Asterisk is out of reach. False while it is not, or only just.
   */
  giveUp(callId: string): Promise<boolean>
  /** Calls that this gateway has ended because their Asterisk did not come back, by node. */
  givenUp(): Record<string, number>
  health(): NodeHealth[]
  /** Every event of every node, on every gateway, owner or not; for what lives in memory only. */
  onEvent(listener: (event: CallEvent) => void): void
  /** Orderly: hands the leases over and logs off. Calls go on under Asterisk. */
  stop(): Promise<void>
}

export type TelephonyOptions = {
  /** One per Asterisk; `files` only for one whose disk this gateway can read. */
  nodes: { target: AmiTarget; files: NodeFiles | null }[]
  /** Name of this gateway, unique among all. */
  gatewayId: string
  db: Db
  sink: CallSink
  openCalls: OpenCalls
  spool: CallSpool
  healthy: Healthy
  signedIn: SignedIn
  recordings: Recordings | null
  /** Answers callers who follow their order; without it the dialplan apologises. */
  progress?: AskProgress
  log: Log
  /** Calls of an Asterisk that nobody reaches for so long are ended, ms. Local policy. */
  nodeLostMs?: number
  /** A dead gateway's node is taken over after this time (semantics: races), milliseconds. */
  leaseMs?: number
  /** Health without a break that ends a fall-back to Asterisk's own queue, milliseconds. */
  resumeAfterMs?: number
}

const collectEveryMs = 10_000
const lookEveryMs = 3_000
/** Age of a call from which on this gateway has heard of it, ms. */
const justComeMs = 10_000
const purgeEveryMs = 3_600_000

export function createTelephony(options: TelephonyOptions): Telephony {
  const { gatewayId, db, recordings, log, leaseMs = 10_000 } = options
  const listeners: ((event: CallEvent) => void)[] = []
  const members: { node: AsteriskNode; files: NodeFiles | null }[] = []

  const nodes: Nodes = {
    byName: (name) => members.find(({ node }) => node.link.node() === name)?.node.link ?? null,
    all: () => members.map(({ node }) => node.link),
  }
  const nativeQueue = createNativeQueue(nodes, options.signedIn, log)
  const marks = createNodeMarks(db, log)
  const lostNodes = createLostNodes({
    marks,
    openCalls: options.openCalls,
    sink: options.sink,
    limitMs: options.nodeLostMs ?? 300_000,
    graceMs: leaseMs,
    log,
  })
  const onQuestion = options.progress && createProgressCalls(options.progress, () => new Date(), log)

  for (const { target, files } of options.nodes) {
    const node = createNode({
      target,
      connect: connectAsteriskAmiClient,
      files,
      lease: (name, hooks) => createLease(db, name, gatewayId, leaseMs, log, hooks),
      marks,
      sink: options.sink,
      openCalls: options.openCalls,
      spool: options.spool,
      healthy: options.healthy,
      onInStep: (link, present) => nativeQueue.reconcile(link, present),
      onEvent: (event) => listeners.forEach((listener) => listener(event)),
      log,
      ...(onQuestion ? { onQuestion } : {}),
      ...(options.resumeAfterMs === undefined ? {} : { heartbeat: { resumeAfterMs: options.resumeAfterMs } }),
    })
    members.push({ node, files })
  }

  let stopped = false
  let collecting: Promise<void> | null = null
  const collect = (): void => {
    if (recordings && !stopped) collecting ??= collectAll(recordings).finally(() => (collecting = null))
  }
  async function collectAll(store: Recordings): Promise<void> {
    for (const { node, files } of members) {
      const { node: name, owned, inStep } = node.health()
      if (!name || !files || !owned || !inStep) continue
      const isLive = (callId: string): boolean => node.link.legs.call(callId) !== null
      await store.collect(name, files.recordings, isLive).catch((error: Error) => {
        log.warn({ reason: error.message, node: name }, 'recordings not collected')
      })
    }
  }
  let looking: Promise<void> | null = null
  const look = (): void => {
    looking ??= lostNodes
      .look()
      .catch((error: Error) => log.debug({ reason: error.message }, 'nodes out of reach not looked for'))
      .finally(() => (looking = null))
  }
  const timers = [
    setInterval(look, lookEveryMs),
    setInterval(collect, collectEveryMs),
    setInterval(() => {
      recordings?.purge().catch((error: Error) => log.warn({ reason: error.message }, 'purge failed'))
    }, purgeEveryMs),
  ]

  return {
    control: createCallControl(nodes, log),
    nativeQueue,
    phoneState: (phone) => worst(nodes.all().map((link) => link.phoneState(phone))),
    async callState(callId) {
      const name = nodeOfCall(callId)
      const call = nodes.all().flatMap((link) => (link.isKnown() ? (link.legs.call(callId) ?? []) : []))[0]
      if (call) return waitingStages.includes(call.stage) ? 'waiting' : 'busy'
      const home = members.find(({ node }) => name !== null && node.link.node() === name)
      return (await home?.node.isOver(callId)) ? 'gone' : 'unknown'
    },
    mayRing(callId) {
      if (nodes.all().some((link) => link.isKnown() && link.legs.call(callId))) return true
      const name = nodeOfCall(callId)
      const home = name === null ? null : nodes.byName(name)
      if (!name || !home?.isKnown()) return !name || !lostNodes.isAway(name)
      // He who has just come may be known to the ledger sooner than here.
      return Date.now() - (beginOfLeg(callId) ?? Date.now()) < justComeMs
    },
    giveUp: (callId) => lostNodes.giveUp(callId),
    givenUp: () => lostNodes.givenUp(),
    health: () => members.map(({ node }) => node.health()),
    onEvent: (listener) => void listeners.push(listener),
    async stop() {
      stopped = true
      timers.forEach(clearInterval)
      await Promise.all([collecting, looking])
      await Promise.all(members.map(({ node }) => node.stop()))
    },
  }
}

/** Nobody is being rung for him, and nobody talks with him. */
const waitingStages: readonly (Stage | null)[] = ['greeting', 'menu', 'hold']

/** In a call anywhere is in a call; else reachable anywhere is reachable. */
const gravity: readonly PhoneState[] = ['inUse', 'onHold', 'ringing', 'notInUse', 'unavailable', 'unknown']

const worst = (states: PhoneState[]): PhoneState =>
  gravity.find((state) => states.includes(state)) ?? 'unknown'
