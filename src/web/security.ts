import type { IncomingMessage } from 'node:http'
import type { FastifyHelmetOptions } from '@fastify/helmet'

export type SecurityOptions = {
  /** Socket addresses outside the gateway's own origin that the desk may open: Asterisk's own WSS. */
  phoneSockets: string[]
  /** The gateway itself speaks TLS, or is reached through a proxy that does. */
  tls: boolean
}

/** Origin of a socket's address, as a policy source: the path would be compared exactly and helps nobody. */
const origin = (url: string): string => {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/**
 * The page's own sockets. Older Chromium does not count `ws:` as the same origin, so `'self'` alone would shut the desk
 * out; whoever sends another Host gets a policy that fits nobody but himself.
 */
const ownSockets =
  (tls: boolean) =>
  (request: IncomingMessage): string => {
    const host = request.headers.host ?? ''
    return /^[A-Za-z0-9.:[\]-]+$/.test(host) ? `${tls ? 'wss' : 'ws'}://${host}` : "'self'"
  }

/**
 * Response headers of every page (CSP level 3). Scripts and styles come from this origin alone, as files: nothing
 * inline, nothing evaluated. The microphone is the one capability a page needs; see `permissionsPolicy`.
 */
export function securityHeaders({ phoneSockets, tls }: SecurityOptions): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", ownSockets(tls), ...new Set(phoneSockets.map(origin))],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Without TLS the browser would be told to keep away from the only address there is.
    strictTransportSecurity: tls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: tls ? { policy: 'same-origin' } : false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  }
}

/** Helmet has no such header: the desk may hear the microphone, and no page may use anything else. */
export const permissionsPolicy =
  'microphone=(self), camera=(), geolocation=(), payment=(), usb=(), display-capture=()'
