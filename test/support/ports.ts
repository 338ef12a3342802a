import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** Test files run side by side, each in a process of its own that knows its place among them, 0 to 3. */
const lanes = 4
const lane = ((Number(process.env['VITEST_POOL_ID'] ?? 1) || 1) - 1) % lanes

/** The part of a range of ports that is this process's alone; outside vitest the whole of it. */
export function ownPorts(first: number, last: number): { first: number; last: number } {
  if (process.env['VITEST_POOL_ID'] === undefined) return { first, last }
  const size = Math.floor((last - first) / lanes / 2) * 2
  return { first: first + lane * size, last: first + (lane + 1) * size }
}

/**
 * Ports below those that the system gives to outgoing connections, in turn from a random start: a port asked of the system
 * and closed again may be taken by anybody before it is used. Above those that Asterisk takes for sound.
 */
const { first, last } = ownPorts(20_000, 32_000)
let next = first + Math.floor((Math.random() * (last - first)) / 2) * 2

async function freeOne(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    next = next + 2 >= last ? first : next + 2
    const port = next
    if (await isFree(port)) return port
  }
  throw new Error('no free port')
}

export function canBindUdp(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createSocket('udp4')
    socket.once('error', () => done(false))
    socket.bind(port, host, () => socket.close(() => done(true)))
  })
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, host, () => server.close(() => done(true)))
  })
}

/** A port that nobody uses on that loopback address, neither by UDP nor by TCP; never given twice by this process. */
export const unusedPort = (host = '127.0.0.1'): Promise<number> =>
  freeOne(async (port) => (await canBindUdp(host, port)) && (await canListen(host, port)))
