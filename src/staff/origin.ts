import type { FastifyRequest } from 'fastify'
import { problem } from '../base/problem.ts'

/**
 * Is this request from our own pages? Browsers send `Origin` with every socket handshake (RFC 6455, 4.1) and every
 * request that changes state (Fetch, 3.1). A request with neither `Origin` nor `Sec-Fetch-Site` is no browser's: there
 * is no ambient cookie to abuse, and programs may use the API.
 */
export function isOwnOrigin(request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) {
    const site = request.headers['sec-fetch-site']
    return site === undefined || site === 'same-origin' || site === 'none'
  }
  if (allowed.has(origin)) return true
  if (!host) return false
  try {
    const url = new URL(origin)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
    // Through the same parser, so that a default port that is written out means the same.
    return url.host === new URL(`${url.protocol}//${host}`).host
  } catch {
    return false
  }
}

export const originRefused = () => problem(403, 'originRefused', '请求来源不被允许', '请从本系统的页面操作。')
