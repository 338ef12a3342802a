import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** `::ffff:192.0.2.1` and `192.0.2.1:4711` are the address 192.0.2.1; anything that is no address is null. */
function normal(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  return isIP(bare) ? bare : null
}

/** @param entries addresses or CIDR ranges. @throws Error naming an entry that is neither */
export function addressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const entry of entries) {
    const [address, bits] = entry.split('/')
    const net = normal(address ?? '')
    const prefix = Number(bits)
    if (
      !net ||
      (bits !== undefined &&
        !(Number.isInteger(prefix) && prefix >= 0 && prefix <= (isIP(net) === 6 ? 128 : 32)))
    )
      throw new Error(`not an address or CIDR range: ${entry}`)
    if (bits === undefined) list.addAddress(net, family(net))
    else list.addSubnet(net, prefix, family(net))
  }
  return (address) => list.check(address, family(address))
}

/**
 * Finds the real peer of a request. X-Forwarded-For is believed only from a trusted proxy, and only up to the first
 * address from the right that is not one: everything further left was written by a stranger.
 * @returns null when a trusted proxy forwarded something that is no address
 */
export function peerReader(trustedProxies: readonly string[]): (request: FastifyRequest) => string | null {
  const trusted = addressList(trustedProxies)
  return (request) => {
    let peer = normal(request.socket.remoteAddress ?? '')
    const forwarded = request.headers['x-forwarded-for']
    const chain = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? ''))
      .split(',')
      .filter((s) => s.trim())
    while (peer && trusted(peer) && chain.length > 0) peer = normal(chain.pop() ?? '')
    return peer
  }
}
