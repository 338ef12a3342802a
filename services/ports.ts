import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { ServiceProblem } from './command.ts'
import { freePort } from './launch.ts'
import { setting } from './settings.ts'

/** Whether a TCP socket, and with `sip` a UDP socket too, can be bound there at this moment. */
export async function isFree(port: number, host = '127.0.0.1', use: 'tcp' | 'sip' = 'tcp'): Promise<boolean> {
  const tcp = new Promise<boolean>((answer) => {
    const probe = createServer()
    probe.once('error', () => answer(false))
    probe.listen(port, host, () => probe.close(() => answer(true)))
  })
  if (use === 'tcp') return tcp
  const udp = new Promise<boolean>((answer) => {
    const probe = createSocket('udp4')
    probe.once('error', () => answer(false))
    probe.bind(port, host, () => probe.close(() => answer(true)))
  })
  return (await tcp) && (await udp)
}

/**
 * The port of a private service. One that the operator named must be free; otherwise it is the usual one, or any free
 * one when another checkout has that already (`take any`).
 * @throws ServiceProblem when the named port is taken or is no port
 */
export async function portFor(
  name: string,
  usual: number,
  otherwise: 'take any' | 'must be free' = 'take any',
  use: 'tcp' | 'sip' = 'tcp',
): Promise<number> {
  const given = setting(name) ?? (otherwise === 'must be free' ? String(usual) : undefined)
  if (given === undefined) return (await isFree(usual, '127.0.0.1', use)) ? usual : freePort()
  const port = Number(given)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new ServiceProblem(`${name} must be a port from 1 to 65535, not "${given}".`)
  }
  if (await isFree(port, '127.0.0.1', use)) return port
  throw new ServiceProblem(
    `${name}=${port}: something else listens there. Choose another port, or end the other program.`,
  )
}

/** A UDP port of one loopback address that nobody has at this moment. */
export function freeUdpPort(host: string): Promise<number> {
  return new Promise((answer, fail) => {
    const probe = createSocket('udp4')
    probe.once('error', fail)
    probe.bind(0, host, () => {
      const { port } = probe.address()
      probe.close(() => answer(port))
    })
  })
}
