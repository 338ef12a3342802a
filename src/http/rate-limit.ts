import type { RateLimitPluginOptions } from '@fastify/rate-limit'

const sockets = ['/desk/socket', '/sip']

/**
 * What one address may ask of the gateway, beside the narrower limits of single routes. Exempt are, by path alone, what
 * providers send, in bursts and bounded by guards of their own, and sockets, which are limited per message.
 */
export const rateLimits = {
  global: true,
  // A whole centre may stand behind one address.
  max: 6_000,
  timeWindow: 60_000,
  allowList: ({ url }) => url.startsWith('/webhooks/') || sockets.includes(url.split('?', 1)[0]!),
} satisfies RateLimitPluginOptions & { global: true }
