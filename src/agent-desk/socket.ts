import type {} from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { Problem, problem, temporarilyUnavailable } from '../base/problem.ts'
import { isBusyOrAway } from '../db/pool.ts'
import { actorIn } from '../staff/guard.ts'
import { deskRoles, type Commands } from './commands.ts'
import { closeCodes, createConnection, type Connection } from './connection.ts'
import type { ClientMessage } from './contract.ts'
import { deskProblem, dispatch, errorFacts, parseMessage } from './dispatch.ts'
import { letGoOfHandshake, noteHandshake } from './handshake.ts'
import type { Hub } from './hub.ts'
import { createBucket, type DeskConfig } from './limits.ts'
import { createLanes } from './timing.ts'

export type DeskSocketParts = {
  hub: Hub
  commands: Commands
  config: DeskConfig
  clock: Clock
  log: Log
  /** From now on no command is begun. */
  isStopping: () => boolean
}

/** Options for the one WebSocket server of the application; compression costs 230 KB a connection (ADR in docs). */
export const webSocketOptions = (config: DeskConfig) => ({
  maxPayload: config.socket.messageBytes,
  perMessageDeflate: false,
})

/** `WS /desk/socket`. Registered inside the scope of `staffGuard`, which has checked Origin and session. */
export async function deskSocket(app: FastifyInstance, parts: DeskSocketParts): Promise<void> {
  const preValidation = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    request.actor = actorIn(request, ...deskRoles)
    noteHandshake(request, reply)
  }
  app.get('/desk/socket', { websocket: true, preValidation }, (socket, request) => {
    letGoOfHandshake(request, socket)
    serve(socket, request, parts)
  })
}

const notAvailable = (): Problem =>
  problem(503, 'notAvailable', '服务器暂时不能处理', '请稍后再试，正在自动恢复。')

function serve(socket: WebSocket, request: FastifyRequest, parts: DeskSocketParts): void {
  const { hub, commands, config, clock, log, isStopping } = parts
  const staff = request.staff
  // The hook above has refused everybody else.
  if (!staff) return socket.close(closeCodes.sessionEnded)
  const lanes = createLanes()
  const bucket = createBucket(config.rate.perSecond, config.rate.burst)
  /** Set by the hello; whatever a page sends right behind it waits for its end. */
  let greeting: Promise<void> | null = null

  const connection: Connection = createConnection(socket, { id: newId(), staff }, clock, config.socket, {
    onMessage: (data) => void take(data),
    onClosed({ slow }) {
      clearTimeout(helloTimer)
      if (slow) log.warn({ agentId: staff.id }, 'page read too slowly and was cut')
      // Behind a hello that is still under way, or the socket would be noted as open for ever.
      void lanes
        .run('hello', () => hub.detach(connection))
        .catch((error: unknown) =>
          log.warn({ agentId: staff.id, ...errorFacts(error) }, 'socket not signed off'),
        )
    },
  })
  const helloTimer = setTimeout(() => connection.close(closeCodes.slow, 'hello expected'), config.helloMs)
  hub.attach(connection)

  const refuse = (re: string, p: Problem): void =>
    connection.send({ type: 'result', re, ok: false, problem: deskProblem(p) })

  async function take(data: string): Promise<void> {
    const parsed = parseMessage(data)
    if (!parsed.ok) return refuse(parsed.id ?? '', parsed.problem)
    const { message } = parsed
    if (!bucket.take(performance.now()))
      return refuse(message.id, problem(429, 'tooManyMessages', '操作过于频繁', '请稍等片刻再试。'))
    if (lanes.size() >= config.socket.inWork) return connection.close(closeCodes.tooMuch, 'too much at once')
    // What concerns one contact keeps its order; contacts do not wait for each other.
    const lane = message.type === 'hello' ? 'hello' : 'contactId' in message ? message.contactId : 'agent'
    try {
      const result = await lanes.run(lane, () => {
        // Not begun any more; its page has heard that the line is lost, and asks another gateway.
        if (isStopping()) throw temporarilyUnavailable()
        return answer(message)
      })
      connection.send({
        type: 'result',
        re: message.id,
        ok: true,
        ...(result === undefined ? {} : { data: result }),
      })
    } catch (error) {
      if (error instanceof Problem) return refuse(message.id, error)
      const busy = isBusyOrAway(error)
      log[busy ? 'warn' : 'error']({ agentId: staff!.id, ...errorFacts(error) }, 'desk socket failed')
      refuse(message.id, busy ? temporarilyUnavailable() : notAvailable())
    }
  }

  async function answer(message: ClientMessage): Promise<unknown> {
    if (message.type === 'ping') return undefined
    if (message.type === 'hello') {
      clearTimeout(helloTimer)
      if (greeting) throw problem(409, 'helloTwice', '页面状态异常', '请刷新页面。')
      greeting = hub.hello(connection, message.tab, message.lastEvent)
      return greeting
    }
    if (!greeting) throw problem(409, 'helloFirst', '页面状态异常', '请刷新页面。')
    await greeting
    if (connection.tab === null) throw notAvailable()
    return dispatch(commands, message, { staff: staff!, tab: connection.tab }, log)
  }
}
