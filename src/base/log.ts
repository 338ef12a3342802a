import { pino, type Logger } from 'pino'

export type Log = Logger

/**
 * Nothing personal reaches a log: callers log ids, states and counts. The redaction list is the second net, for
 * objects of libraries that carry a header, a token or an address.
 */
const redact = [
  'req.headers.cookie',
  'req.headers.authorization',
  'res.headers["set-cookie"]',
  '*.password',
  '*.secret',
  '*.token',
  '*.phone',
  '*.address',
  '*.name_sealed',
  '*.text',
  '*.content',
  '*.ani',
  '*.from',
  '*.to',
]

export function createLog(level: string, name = 'gateway'): Log {
  return pino({ name, level, redact: { paths: redact, censor: '[redacted]' } })
}
