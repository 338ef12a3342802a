import type { Log } from '../base/log.ts'
import type { Lease, LeaseOptions } from '../db/lease.ts'
import type { AmiMessage } from './ami/frames.ts'
import type { AmiTarget, ConnectAmi } from './ami/transport.ts'
import type { CallEvent } from './call-event.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createIngest } from './ingest.ts'
import { readEndedRecords, readQueueConnects } from './journals.ts'
import { createLink, type Link, type QueueMember } from './link.ts'
import type { NodeMarks } from './node-marks.ts'
import { createRecentEvents } from './recent-events.ts'
import type { CallSink, CallSpool, Healthy, OpenCalls } from './ports.ts'
import { reconcile } from './reconcile.ts'

/**
 * One Asterisk as this gateway serves it: always linked; if it holds the lease it also passes events to the ledger,
 * brings the ledger up to date after every gap, and beats. Invariant: the heartbeat runs only while the lease is held,
 * every event since the last resync has been passed on, and that resync is committed.
 */
export type AsteriskNode = {
  link: Link
  health(): NodeHealth
  /**
   * Asterisk has no such call, and whatever it ever said of it is in the ledger: nothing more will come. False also when
   * nobody can tell here and now.
   */
  isOver(callId: string): Promise<boolean>
  stop(): Promise<void>
}

export type NodeHealth = {
  node: string | null
  linkUp: boolean
  /** This gateway is the owner. */
  owned: boolean
  /** The ledger agrees with Asterisk as far as this gateway, as owner, knows. */
  inStep: boolean
  lastHeartbeat: Date | null
  /** Events not yet committed or spooled. */
  queueDepth: number
  resyncs: number
  /** Events that went neither to the ledger nor to the spool, and made a resync necessary. */
  lost: number
}

/** Files of an Asterisk on this machine; null for one elsewhere, whose gaps are closed by the snapshot alone. */
export type NodeFiles = { contactsCsv: string; queueLog: string; recordings: string }

export type NodeOptions = {
  target: AmiTarget
  connect: ConnectAmi
  files: NodeFiles | null
  lease: (name: string, options: LeaseOptions) => Lease
  marks: Pick<NodeMarks, 'read' | 'write'>
  sink: CallSink
  openCalls: OpenCalls
  spool: CallSpool
  healthy: Healthy
  /** The link is identified and in step: members of the native queue may be compared. Owner only. */
  onInStep(link: Link, members: QueueMember[]): Promise<void>
  /** Every event, on every gateway. */
  onEvent(event: CallEvent): void
  /** What the dialplan asks; heard by the owner only, so that it is answered once. */
  onQuestion?(message: AmiMessage, link: Link): void
  log: Log
  heartbeat?: { resumeAfterMs?: number }
  /** Events that may wait for their commit before they are dropped and a resync is due. */
  capacity?: number
}

/** A link that is down for longer gives the lease up, so that a gateway with a link can have it. */
const giveUpAfterMs = 3_000
/** Distance between the mark and the present: events may be under way in Asterisk. */
const markLagMs = 5_000
const markEveryMs = 5_000
/** How far back the records are read when nothing is known of the node, milliseconds. */
const firstImportMs = 24 * 3_600_000

export function createNode(options: NodeOptions): AsteriskNode {
  const { files, marks, sink, openCalls, spool } = options
  let log = options.log
  let lease: Lease | null = null
  /** Says that a gateway is linked here which can read the node's files: that one should own it. */
  let reader: Lease | null = null
  let leaseNode: string | null = null
  let giveUp: NodeJS.Timeout | undefined
  let markTimer: NodeJS.Timeout | undefined
  let stopped = false
  /** Events go straight to the ingest. */
  let passing = false
  /** The last resync is committed, and nothing was lost since. */
  let complete = false
  let resyncs = 0
  let lost = 0
  let dirty = false
  let syncing: Promise<void> | null = null
  let wake: () => void = () => {}
  /** Asterisk's clock, ms: everything it said before this is in the ledger. */
  let seenThrough: number | null = null
  /** Asterisk's clock, ms: what it said before this link was taken from a snapshot was not heard here. */
  let heardSince = 0

  const recent = createRecentEvents()
  const ingest = createIngest({
    sink,
    spool,
    log,
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    onLost(reason) {
      lost++
      if (complete)
        log.error({ node: link.node(), reason }, 'call events lost, the ledger will be compared again')
      complete = false
      resync()
    },
  })
  const link = createLink({
    target: options.target,
    connect: options.connect,
    log,
    onEvents(events) {
      for (const event of events) {
        if (passing) ingest.offer(event)
        else recent.add(event)
        options.onEvent(event)
      }
    },
    onMessage: (message) => isOwner() && options.onQuestion?.(message, link),
    onUp() {
      clearTimeout(giveUp)
      const node = link.node()
      if (!node || stopped) return
      log = options.log.child({ node })
      if (leaseNode !== node) void giveLeaseBack()
      leaseNode = node
      const name = `asterisk:${node}`
      const readers = `${name}:files`
      if (files) reader ??= options.lease(readers, {})
      const hooks = { onGain: resync, onLoss: outOfStep }
      lease ??= options.lease(name, files ? hooks : { ...hooks, yieldTo: readers })
      resync()
    },
    onDown() {
      outOfStep()
      clearTimeout(giveUp)
      giveUp = setTimeout(() => void giveLeaseBack(), giveUpAfterMs)
    },
  })

  const isOwner = (): boolean => lease?.isHeld() ?? false
  const inStep = (): boolean => passing && complete && isOwner() && link.isKnown()

  function giveLeaseBack(): Promise<unknown> {
    const held = [reader, lease]
    reader = lease = null
    return Promise.all(held.flatMap((one) => (one ? [one.stop()] : [])))
  }

  function outOfStep(): void {
    passing = false
    complete = false
  }

  /** One at a time; a wish that comes during one leads to another. */
  function resync(): void {
    dirty = true
    if (!syncing && !stopped) syncing = run().finally(() => (syncing = null))
  }

  async function run(): Promise<void> {
    for (let failures = 0; dirty && !stopped;) {
      dirty = false
      try {
        await once()
        failures = 0
      } catch (error) {
        if (stopped || !link.ami.isUp()) return
        log.warn({ reason: (error as Error).message }, 'resync failed, trying again')
        dirty = true
        await new Promise<void>((resolve) => {
          wake = resolve
          setTimeout(resolve, Math.min(5_000, 250 * 2 ** failures++))
        })
      }
    }
  }

  async function once(): Promise<void> {
    const node = link.node()
    if (!node || !link.ami.isUp()) return
    if (!isOwner()) {
      await link.snapshot()
      heardSince = (await asteriskNow()).at
      return
    }
    const began = performance.now()
    outOfStep()
    await ingest.offerAll(recent.take())
    await ingest.settled()
    // The ledger first: what it believes open and the later snapshot lacks has ended.
    const [open, mark] = await Promise.all([openCalls.list(node), marks.read(node)])
    const snapshot = await link.snapshot()
    const now = Date.now()
    const since = Math.max(seenThrough ?? 0, mark?.seenThrough.getTime() ?? 0) || now - firstImportMs
    const ended = files ? await readEndedRecords(files.contactsCsv, since) : []
    const connects =
      files && ended.length > 0 ? await readQueueConnects(files.queueLog, since - 3_600_000) : []
    const findings = reconcile({ node, open, rows: snapshot.rows, ended, connects, now })
    if (!isOwner()) return
    const { at } = await asteriskNow()

    const lostBefore = lost
    await ingest.offerAll(findings.state)
    await ingest.offerAll(recent.take())
    await ingest.offerAll(findings.orphans)
    await ingest.offerAll(snapshot.devices)
    // What came while there was no room; when nothing is left, new events go straight on.
    for (let late = recent.take(); late.length > 0; late = recent.take()) await ingest.offerAll(late)
    if (!isOwner() || !link.isKnown()) return
    passing = true
    await ingest.settled()
    if (lost > lostBefore || !isOwner() || !link.isKnown() || !passing) return
    complete = true
    resyncs++
    heartbeat.kick()
    const restarted = mark !== null && mark.boot !== link.boot()
    // What lies in the spool is not in the ledger yet.
    seenThrough = spool.depth === 0 ? at - markLagMs : since
    await writeMark()
    log.info(
      {
        restarted,
        open: open.length,
        live: snapshot.rows.length,
        records: ended.length,
        orphans: findings.orphans.length,
        ms: Math.round(performance.now() - began),
      },
      'ledger and Asterisk agree',
    )
    clearTimeout(markTimer)
    markTimer = setTimeout(() => void advanceMark(), markEveryMs)
    await options.onInStep(link, snapshot.members)
  }

  async function asteriskNow(): Promise<{ at: number }> {
    const ping = await link.ami.request('Ping')
    return { at: Math.round(Number(ping.fields['Timestamp']) * 1_000) }
  }

  async function writeMark(): Promise<void> {
    const node = link.node()
    const boot = link.boot()
    if (!node || !boot || !lease || seenThrough === null) return
    await marks.write(node, { boot, seenThrough: new Date(seenThrough) }, lease.epoch())
  }

  async function advanceMark(): Promise<void> {
    try {
      if (!inStep()) return
      const { at } = await asteriskNow()
      const lostBefore = lost
      await ingest.settled()
      if (!inStep() || lost > lostBefore || spool.depth > 0) return
      seenThrough = at - markLagMs
      await writeMark()
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'mark of the node not advanced')
    } finally {
      if (!stopped && passing) markTimer = setTimeout(() => void advanceMark(), markEveryMs)
    }
  }

  async function isOver(callId: string): Promise<boolean> {
    const node = link.node()
    if (!node || !link.isKnown() || link.legs.call(callId)) return false
    if (ingest.holds(callId) || spool.depth > 0) return false
    if (isOwner()) return inStep()
    // The owner may still be busy with what this gateway has only heard.
    const heard = Math.max(recent.heardOf(callId), heardSince)
    const mark = await marks.read(node)
    return mark !== null && mark.seenThrough.getTime() >= heard
  }

  const heartbeat = createHeartbeat({
    ami: link.ami,
    healthy: options.healthy,
    ready: inStep,
    log,
    ...options.heartbeat,
  })

  return {
    link,
    isOver,
    health: () => ({
      node: link.node(),
      linkUp: link.ami.isUp(),
      owned: isOwner(),
      inStep: inStep(),
      lastHeartbeat: heartbeat.last(),
      queueDepth: ingest.depth(),
      resyncs,
      lost,
    }),
    async stop() {
      stopped = true
      clearTimeout(giveUp)
      clearTimeout(markTimer)
      wake()
      await heartbeat.stop()
      outOfStep()
      await Promise.race([ingest.settled(), new Promise((resolve) => setTimeout(resolve, 3_000).unref())])
      await Promise.race([syncing, new Promise((resolve) => setTimeout(resolve, 3_000).unref())])
      await writeMark().catch(() => {})
      await giveLeaseBack()
      await link.stop()
    },
  }
}
