import { createSocket } from 'node:dgram'
import {
  authorization,
  describe,
  header,
  mediaOf,
  methodOf,
  parse,
  type SipMessage,
  statusOf,
  token,
  write,
} from './sip-message.ts'
import { openSound, type Sound } from './sound.ts'

export interface TelephoneOptions {
  /** loopback address of its own */
  host: string
  /** 0 or absent: any */
  port?: number
  /** Asterisk */
  server: { host: string; port: number }
  /** registers under this number; absent: is known by its address alone, as the far end of a trunk is */
  account?: { number: string; secret: string }
  /** how long it rings before it is picked up, for each call anew; undefined: nobody picks up */
  pickUpAfterMs: () => number | undefined
  /** how long the talk lasts before this side hangs up; undefined: until the other side does */
  talkMs: () => number | undefined
}

/** A plain SIP telephone with somebody at it. */
export interface Telephone {
  port: number
  /** calls that it took */
  taken(): number
  stop(): Promise<void>
}

interface Call {
  invite: SipMessage
  tag: string
  sound: Sound
  timers: NodeJS.Timeout[]
  answered: boolean
}

const registerEveryMs = 45_000

/** Starts a telephone; resolves when it is registered. @throws Error when Asterisk refuses it */
export async function startTelephone(options: TelephoneOptions): Promise<Telephone> {
  const { host, server, account } = options
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  await new Promise<void>((bound) => socket.bind(options.port ?? 0, host, bound))
  const { port } = socket.address()
  const user = account?.number ?? 'line'
  const contact = `<sip:${user}@${host}:${port}>`
  const calls = new Map<string, Call>()
  let taken = 0
  let sequence = 0
  let registered: ((status: number) => void) | undefined

  const send = (message: Buffer): void => socket.send(message, server.port, server.host)
  const via = (): [string, string] => ['Via', `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${token()};rport`]

  const answer = (request: SipMessage, status: string, tag: string, body = ''): void => {
    const to = header(request, 'to')
    const copied = request.headers.filter(([name]) =>
      ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(name),
    )
    const toTagged = to.includes(';tag=') ? to : `${to};tag=${tag}`
    send(write(`SIP/2.0 ${status}`, [...copied, ['To', toTagged], ['Contact', contact]], body))
  }

  const forget = (id: string): void => {
    const call = calls.get(id)
    if (call === undefined) return
    call.timers.forEach(clearTimeout)
    call.sound.stop()
    calls.delete(id)
  }

  const hangUp = (id: string): void => {
    const call = calls.get(id)
    if (call === undefined) return
    const { invite, tag } = call
    const target = /<([^>]+)>/.exec(header(invite, 'contact'))?.[1] ?? `sip:${server.host}:${server.port}`
    const headers: [string, string][] = [
      via(),
      ['From', `${header(invite, 'to')};tag=${tag}`],
      ['To', header(invite, 'from')],
      ['Call-ID', id],
      ['CSeq', `${(sequence += 1)} BYE`],
      ['Max-Forwards', '20'],
    ]
    send(write(`BYE ${target} SIP/2.0`, headers))
    forget(id)
  }

  const pickUp = (id: string): void => {
    const call = calls.get(id)
    if (call === undefined) return
    call.answered = true
    taken += 1
    answer(call.invite, '200 OK', call.tag, describe(host, call.sound.port))
    const target = mediaOf(call.invite.body)
    if (target !== undefined) call.sound.to(target)
    const talk = options.talkMs()
    if (talk !== undefined) call.timers.push(setTimeout(() => hangUp(id), talk))
  }

  const ring = async (invite: SipMessage): Promise<void> => {
    const id = header(invite, 'call-id')
    const known = calls.get(id)
    if (known !== undefined) {
      // sent again, or a change of the running call: the same answer serves both
      if (!known.answered) return
      const target = mediaOf(invite.body)
      if (target !== undefined) known.sound.to(target)
      answer(invite, '200 OK', known.tag, describe(host, known.sound.port))
      return
    }
    const call: Call = { invite, tag: token(), sound: await openSound(host), timers: [], answered: false }
    calls.set(id, call)
    answer(invite, '180 Ringing', call.tag)
    const wait = options.pickUpAfterMs()
    if (wait !== undefined) call.timers.push(setTimeout(() => pickUp(id), wait))
  }

  const onRequest = (message: SipMessage): void => {
    const id = header(message, 'call-id')
    const call = calls.get(id)
    switch (methodOf(message)) {
      case 'INVITE':
        void ring(message)
        break
      case 'ACK':
        break
      case 'CANCEL':
        answer(message, '200 OK', call?.tag ?? token())
        if (call !== undefined && !call.answered) {
          answer(call.invite, '487 Request Terminated', call.tag)
          forget(id)
        }
        break
      case 'BYE':
        answer(message, '200 OK', call?.tag ?? token())
        forget(id)
        break
      default:
        answer(message, '200 OK', call?.tag ?? token())
    }
  }

  const registration = token()
  let proven = false
  const register = (expires: number, challenge?: string): void => {
    if (account === undefined) return
    proven = challenge !== undefined
    const uri = `sip:${server.host}:${server.port}`
    const self = `<sip:${account.number}@${server.host}>`
    const proof: [string, string][] =
      challenge === undefined
        ? []
        : [['Authorization', authorization(challenge, account.number, account.secret, 'REGISTER', uri)]]
    const headers: [string, string][] = [
      via(),
      ['From', `${self};tag=${registration}`],
      ['To', self],
      ['Call-ID', `${registration}@${host}`],
      ['CSeq', `${(sequence += 1)} REGISTER`],
      ['Contact', contact],
      ['Expires', String(expires)],
      ['Max-Forwards', '20'],
      ...proof,
    ]
    send(write(`REGISTER ${uri} SIP/2.0`, headers))
  }
  let expires = 120
  const onResponse = (message: SipMessage): void => {
    if (methodOf(message) !== 'REGISTER') return
    const status = statusOf(message)
    // a challenge after a proof says that the secret is wrong
    if (status === 401 && !proven) register(expires, header(message, 'www-authenticate'))
    else if (status >= 200) registered?.(status)
  }

  socket.on('message', (datagram) => {
    const message = parse(datagram)
    if (message === undefined) return
    if (statusOf(message) > 0) onResponse(message)
    else onRequest(message)
  })

  const told = (): Promise<number> =>
    new Promise((done) => {
      const late = setTimeout(() => done(408), 3_000)
      registered = (status) => {
        clearTimeout(late)
        done(status)
      }
    })
  if (account !== undefined) {
    register(expires)
    const status = await told()
    if (status !== 200) {
      socket.close()
      throw new Error(`telephone ${account.number} was refused by Asterisk (${status})`)
    }
  }
  const again = setInterval(() => register(expires), registerEveryMs)
  return {
    port,
    taken: () => taken,
    async stop() {
      clearInterval(again)
      for (const id of [...calls.keys()]) hangUp(id)
      if (account !== undefined) {
        expires = 0
        register(0)
        await told()
      }
      await new Promise<void>((closed) => socket.close(closed))
    },
  }
}
