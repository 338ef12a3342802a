import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'

const answers = new WeakMap<FastifyRequest, ServerResponse>()

/** Before the upgrade: whose answer it is that is let go afterwards. */
export const noteHandshake = (request: FastifyRequest, reply: FastifyReply): void =>
  void answers.set(request, reply.raw)

/**
 * After the upgrade: a socket stays open for a shift, and through two listeners everything its handshake needed would
 * stay with it, headers, session and cookie included. An error ends the socket from here on.
 */
export function letGoOfHandshake(request: FastifyRequest, socket: WebSocket): void {
  socket.removeAllListeners('error')
  socket.on('error', () => socket.terminate())
  answers.get(request)?.detachSocket(request.raw.socket)
  answers.delete(request)
}
