import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Ports below those that the system gives to outgoing connections, in turn from a random start: a port asked of the system
 * and closed again may be taken by anybody before it is used.
 */
const first = 12_000
const last = 32_000
let next = first + Math.floor((Math.random() * (last - first)) / 2) * 2

async function freeOne(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    next = next + 2 > last ? first : next + 2
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
