import { createSocket, type Socket } from 'node:dgram'
import { randomInt } from 'node:crypto'

/** One direction of a telephone's sound: twenty milliseconds of A-law silence, fifty times a second. */
export interface Sound {
  port: number
  /** sends there from now on */
  to(target: { host: string; port: number }): void
  stop(): void
}

const samplesPerPacket = 160
/** A-law for silence */
const silence = 0xd5

interface Stream {
  socket: Socket
  target: { host: string; port: number } | undefined
  sequence: number
  timestamp: number
  source: number
}

const streams = new Set<Stream>()
let clock: NodeJS.Timeout | undefined

/** One clock for all telephones: a timer each would cost more than the packets. */
function tick(): void {
  for (const stream of streams) {
    if (stream.target === undefined) continue
    const packet = Buffer.alloc(12 + samplesPerPacket, silence)
    packet[0] = 0x80
    packet[1] = 8
    packet.writeUInt16BE((stream.sequence = (stream.sequence + 1) & 0xffff), 2)
    packet.writeUInt32BE((stream.timestamp = (stream.timestamp + samplesPerPacket) >>> 0), 4)
    packet.writeUInt32BE(stream.source, 8)
    stream.socket.send(packet, stream.target.port, stream.target.host)
  }
}

/** Opens a port for sound at one loopback address. Without sound Asterisk takes a telephone for dead after 30 s. */
export async function openSound(host: string): Promise<Sound> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  await new Promise<void>((bound) => socket.bind(0, host, bound))
  const stream: Stream = { socket, target: undefined, sequence: 0, timestamp: 0, source: randomInt(2 ** 32) }
  streams.add(stream)
  clock ??= setInterval(tick, 20)
  return {
    port: socket.address().port,
    to(target) {
      stream.target = target
    },
    stop() {
      if (!streams.delete(stream)) return
      socket.close()
      if (streams.size > 0) return
      clearInterval(clock)
      clock = undefined
    },
  }
}
