import type {} from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { WebSocket, type RawData } from 'ws'
import type { Log } from '../base/log.ts'
import { problem } from '../base/problem.ts'
import { actorIn } from '../staff/guard.ts'
import type { SignedIn } from '../staff/model.ts'
import { closeCodes } from './connection.ts'
import type { DeskConfig } from './limits.ts'
import type { PhoneLine } from './ports.ts'
import type { Presence } from './presence.ts'
import type { SessionSocket, SessionSockets } from './session-sockets.ts'

export type SipProxyParts = {
  presence: Pick<Presence, 'row'>
  line: Pick<PhoneLine, 'webSocketOf'>
  sockets: SessionSockets
  lines: SipLines
  config: DeskConfig['sip']
  log: Log
}

/** The open lines of browsers' phones here. */
export type SipLines = {
  add(agentId: string, line: SipLine): void
  remove(agentId: string, line: SipLine): void
  /** Ends the lines of a phone that is no longer this agent's: it may be somebody else's in a moment. */
  check(agentId: string): Promise<void>
}
type SipLine = { phone: string; end(): void }

export function createSipLines(presence: Pick<Presence, 'row'>): SipLines {
  const byAgent = new Map<string, Set<SipLine>>()
  return {
    add(agentId, line) {
      const lines = byAgent.get(agentId) ?? new Set()
      byAgent.set(agentId, lines.add(line))
    },
    remove(agentId, line) {
      const lines = byAgent.get(agentId)
      lines?.delete(line)
      if (lines?.size === 0) byAgent.delete(agentId)
    },
    async check(agentId) {
      if (!byAgent.has(agentId)) return
      const phone = (await presence.row(agentId))?.phone
      for (const line of [...(byAgent.get(agentId) ?? [])]) if (line.phone !== phone) line.end()
    },
  }
}

/**
 * `WS /sip`: SIP over WebSocket (RFC 7118) between the browser's phone and the Asterisk of that phone, on the page's
 * own origin. Nothing is read or changed on the way; only somebody who is signed in with a phone may open it, and it
 * ends with his session.
 */
export async function sipProxy(app: FastifyInstance, parts: SipProxyParts): Promise<void> {
  const targets = new WeakMap<FastifyRequest, { phone: string; url: string }>()

  const preValidation = async (request: FastifyRequest): Promise<void> => {
    const { id } = actorIn(request, 'agent')
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim())
    if (!offered.includes('sip'))
      throw problem(400, 'sipExpected', '此地址只用于网页电话', '请从坐席工作台使用。')
    const phone = (await parts.presence.row(id))?.phone
    if (!phone) throw problem(409, 'noPhone', '没有绑定话机', '请先签入。')
    const url = parts.line.webSocketOf(phone)
    if (!url) throw problem(503, 'noAsterisk', '电话系统未配置', '请联系系统管理员。')
    targets.set(request, { phone, url })
  }

  app.get('/sip', { websocket: true, preValidation }, (browser, request) => {
    const { staff } = request
    const target = targets.get(request)
    if (!staff || !target) return browser.close(closeCodes.sessionEnded)
    join(browser, target, staff, parts)
  })
}

function join(
  browser: WebSocket,
  target: { phone: string; url: string },
  staff: SignedIn,
  parts: SipProxyParts,
): void {
  const { config, sockets, lines, log } = parts
  const asterisk = new WebSocket(target.url, 'sip', {
    handshakeTimeout: config.connectMs,
    maxPayload: config.frameBytes,
    perMessageDeflate: false,
  })
  const session: SessionSocket = { staff, end: () => over(closeCodes.sessionEnded, 'sessionEnded') }
  const line: SipLine = { phone: target.phone, end: () => over(closeCodes.displaced, 'phone released') }
  sockets.add(session)
  lines.add(staff.id, line)

  let ended = false
  function over(code: number, reason: string): void {
    if (ended) return
    ended = true
    sockets.remove(session)
    lines.remove(staff.id, line)
    for (const side of [browser, asterisk]) {
      if (side.readyState === WebSocket.CONNECTING) side.terminate()
      else side.close(code, reason)
      setTimeout(() => side.terminate(), 2_000).unref()
    }
  }

  // What the browser sends before Asterisk answers waits in the socket, not in memory.
  browser.pause()
  asterisk.on('open', () => browser.resume())
  asterisk.on('error', (error) => {
    log.warn({ agentId: staff.id, err: error.name }, 'Asterisk refused a browser phone')
    over(1013, 'phone system not reachable')
  })
  browser.on('error', () => over(1002, 'broken'))
  browser.on('close', () => over(1000, ''))
  asterisk.on('close', () => over(closeCodes.goingAway, 'phone system closed'))
  pipe(browser, asterisk, config, () => over(1009, 'too big'))
  pipe(asterisk, browser, config, () => over(1009, 'too big'))
}

/** Frames from one side to the other; a side that does not read stops the other from sending. */
function pipe(from: WebSocket, to: WebSocket, config: DeskConfig['sip'], tooBig: () => void): void {
  from.on('message', (data: RawData, binary) => {
    const body = data as Buffer
    if (body.length > config.frameBytes) return tooBig()
    if (to.readyState !== WebSocket.OPEN) return
    if (to.bufferedAmount + body.length > config.bufferBytes) from.pause()
    to.send(body, { binary }, () => {
      if (from.isPaused && to.bufferedAmount <= config.bufferBytes / 2) from.resume()
    })
  })
}
