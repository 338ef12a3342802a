import { createHash, randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'

/** The registering half of a browser's phone: SIP over WebSocket with digest authentication (RFC 7118, RFC 8760). */
export interface WebPhone {
  /** status of the last answer to REGISTER */
  status: number
  close(): void
}

const field = (message: string, pattern: RegExp): string => pattern.exec(message)?.[1] ?? ''
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** Connects and registers once; a wrong secret gives the status that refuses it. */
export async function registerWebPhone(url: string, number: string, secret: string): Promise<WebPhone> {
  const socket = new WebSocket(url, 'sip', { rejectUnauthorized: false })
  await new Promise<void>((open, fail) => {
    socket.once('open', open)
    socket.once('error', fail)
  })
  const host = `${randomBytes(6).toString('hex')}.invalid`
  const callId = randomBytes(8).toString('hex')
  let hear: ((message: string) => void) | undefined
  socket.on('message', (data: Buffer) => {
    const message = data.toString()
    if (!message.startsWith('OPTIONS ')) return hear?.(message)
    // Asterisk looks after its phones: one that does not answer counts as unavailable
    const kept = message.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
    const tagged = kept.map((line) => (line.startsWith('To:') ? `${line};tag=${callId}` : line))
    socket.send(['SIP/2.0 200 OK', ...tagged, 'Content-Length: 0', '', ''].join('\r\n'))
  })
  const answer = (): Promise<string> =>
    new Promise((heard, fail) => {
      const late = setTimeout(() => fail(new Error('no answer to REGISTER')), 5_000)
      hear = (message) => {
        clearTimeout(late)
        heard(message)
      }
    })
  const register = (cseq: number, extra: string[]): Promise<string> => {
    const heard = answer()
    socket.send(
      [
        'REGISTER sip:hotline SIP/2.0',
        `Via: SIP/2.0/WS ${host};branch=z9hG4bK${randomBytes(6).toString('hex')}`,
        'Max-Forwards: 70',
        `From: <sip:${number}@hotline>;tag=${callId}`,
        `To: <sip:${number}@hotline>`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} REGISTER`,
        `Contact: <sip:${number}@${host};transport=ws>;expires=60`,
        ...extra,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    )
    return heard
  }
  const challenge = await register(1, [])
  const realm = field(challenge, /realm="([^"]*)"/)
  const nonce = field(challenge, /nonce="([^"]*)"/)
  const opaque = field(challenge, /opaque="([^"]*)"/)
  const cnonce = randomBytes(8).toString('hex')
  const own = md5(`${number}:${realm}:${secret}`)
  const response = md5(`${own}:${nonce}:00000001:${cnonce}:auth:${md5('REGISTER:sip:hotline')}`)
  const digest = [
    `username="${number}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    'uri="sip:hotline"',
    `response="${response}"`,
    'algorithm=MD5',
    `cnonce="${cnonce}"`,
    `opaque="${opaque}"`,
    'qop=auth',
    'nc=00000001',
  ]
  const final = await register(2, [`Authorization: Digest ${digest.join(', ')}`])
  return { status: Number(field(final, /^SIP\/2\.0 (\d{3})/)), close: () => socket.close() }
}
