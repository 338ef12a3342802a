import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'

export type Action = Record<string, string>
export type Session = {
  socket: Socket
  actions: Action[]
  /** Everything this client sent, unparsed. */
  raw: string
  send(...lines: string[]): void
}

/**
 * A loopback AMI for protocol faults only (refusals, silence, torn segments); how Asterisk behaves is tested on
 * Asterisk. `answer` returns the lines of the reply to one action, or null to keep silent.
 */
export async function startFakeAmi(answer: (action: Action, session: Session) => string[] | null = defaults) {
  const sessions: Session[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const session: Session = {
      socket,
      actions: [],
      raw: '',
      send: (...lines) => void socket.write(lines.join('\r\n') + '\r\n\r\n'),
    }
    sessions.push(session)
    socket.write('Asterisk Call Manager/11.0.0\r\n')
    let rest = ''
    socket.on('data', (chunk: Buffer) => {
      session.raw += chunk.toString()
      rest += chunk.toString()
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        const action = parse(rest.slice(0, end))
        rest = rest.slice(end + 4)
        session.actions.push(action)
        const reply = answer(action, session)
        if (reply) session.send(...reply)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    target: { host: '127.0.0.1', port, user: 'gateway', secret: 'a secret' },
    sessions,
    openSockets: () => sockets.size,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export const ok = (action: Action, ...more: string[]): string[] => [
  'Response: Success',
  `ActionID: ${action['ActionID']}`,
  ...more,
]

export function defaults(action: Action): string[] | null {
  switch (action['Action']?.toLowerCase()) {
    case 'login':
      return ok(action, 'Message: Authentication accepted')
    case 'ping':
      return ok(action, 'Ping: Pong', 'Timestamp: 1800000000.000001')
    case 'logoff':
      return ['Response: Goodbye', `ActionID: ${action['ActionID']}`]
    default:
      return ok(action)
  }
}

function parse(frame: string): Action {
  const action: Action = {}
  for (const line of frame.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) action[line.slice(0, colon)] = line.slice(colon + 1).trim()
  }
  return action
}
