import { createHash, randomBytes } from 'node:crypto'

/** As much of SIP (RFC 3261) as a plain telephone on the loopback address needs. */
export interface SipMessage {
  /** request line or status line */
  start: string
  /** in order, names in lower case */
  headers: [string, string][]
  body: string
}

/** Short forms that a sender may use (RFC 3261, 20). */
const longNames: Record<string, string> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
}

/** Reads one datagram; undefined when it is no SIP message, such as a keep-alive. */
export function parse(datagram: Buffer): SipMessage | undefined {
  const text = datagram.toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [start = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':')
    if (colon < 1) return []
    const name = line.slice(0, colon).trim().toLowerCase()
    return [[longNames[name] ?? name, line.slice(colon + 1).trim()]]
  })
  return { start, headers, body: text.slice(end + 4) }
}

/** The first header of that name, or an empty text. */
export const header = (message: SipMessage, name: string): string =>
  message.headers.find(([key]) => key === name)?.[1] ?? ''

/** The method of a request, or of the request that a response answers. */
export const methodOf = (message: SipMessage): string => header(message, 'cseq').split(' ')[1] ?? ''

/** Status of a response; 0 for a request. */
export const statusOf = ({ start }: SipMessage): number => Number(/^SIP\/2\.0 (\d{3})/.exec(start)?.[1] ?? 0)

export function write(start: string, headers: [string, string][], body = ''): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  const type = body === '' ? [] : ['Content-Type: application/sdp']
  return Buffer.from(
    [start, ...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'),
  )
}

export const token = (): string => randomBytes(8).toString('hex')

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** The answer to a challenge (RFC 7616 with MD5 and `qop=auth`, the one that every telephone has). */
export function authorization(
  challenge: string,
  user: string,
  secret: string,
  method: string,
  uri: string,
): string {
  const of = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? ''
  const [realm, nonce, opaque] = [of('realm'), of('nonce'), of('opaque')]
  const cnonce = token()
  const proof = md5(
    [md5(`${user}:${realm}:${secret}`), nonce, '00000001', cnonce, 'auth', md5(`${method}:${uri}`)].join(':'),
  )
  const quoted = { username: user, realm, nonce, uri, response: proof, cnonce, ...(opaque ? { opaque } : {}) }
  const parts = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`)
  return `Digest ${[...parts, 'qop=auth', 'nc=00000001', 'algorithm=MD5'].join(', ')}`
}

/** Where the other side wants its sound, from its session description. */
export function mediaOf(body: string): { host: string; port: number } | undefined {
  const host = /^c=IN IP4 (\S+)/m.exec(body)?.[1]
  const port = Number(/^m=audio (\d+)/m.exec(body)?.[1] ?? 0)
  return host === undefined || port === 0 ? undefined : { host, port }
}

/** A description that offers A-law and nothing else. */
export const describe = (host: string, port: number): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n')
