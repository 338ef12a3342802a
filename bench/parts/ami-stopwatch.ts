import { connect } from 'node:net'

/** One caller as Asterisk's own clock saw him, milliseconds since the epoch. */
export type Timed = {
  /** Uniqueid of the caller's channel: the call's id in the ledger, too */
  callId: string
  at: number
  /** when the second of caller and agent entered their bridge; null: never */
  bridgedAt: number | null
  ended: boolean
}

export type Stopwatch = {
  /** Callers since the last `take`, in the order of their arrival. */
  take(): Timed[]
  /** Callers whose channel is still up. */
  open(): number
  close(): void
}

const field = (frame: string, name: string): string => {
  const from = frame.indexOf(`\r\n${name}: `)
  if (from < 0) return ''
  const end = frame.indexOf('\r\n', from + 2)
  return frame.slice(from + name.length + 4, end < 0 ? undefined : end)
}

/**
 * Reads from Asterisk's events when a caller's channel came into being and when he heard an agent: both ends by the
 * `Timestamp` that Asterisk itself put on the event, so nothing of this process or of AMI's way is in the figure.
 */
export async function startStopwatch(port: number, secret: string): Promise<Stopwatch> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  await new Promise<void>((open, fail) => {
    socket.once('connect', open)
    socket.once('error', fail)
  })
  let calls = new Map<string, Timed>()
  let rest = ''
  socket.on('error', () => {})
  socket.on('data', (chunk: string) => {
    rest += chunk
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) break
      hear(rest.slice(0, end))
      rest = rest.slice(end + 4)
    }
  })
  const login = ['Action: Login', 'Username: gateway', `Secret: ${secret}`, 'Events: call', '', '']
  socket.write(login.join('\r\n'))

  function hear(frame: string): void {
    const name = /^Event: (Newchannel|BridgeEnter|Hangup)\r\n/.exec(frame)?.[1]
    if (!name) return
    const id = field(frame, 'Uniqueid')
    const linked = field(frame, 'Linkedid')
    const at = Number(field(frame, 'Timestamp')) * 1_000
    if (name === 'Newchannel' && id === linked)
      calls.set(id, { callId: id, at, bridgedAt: null, ended: false })
    const call = calls.get(linked)
    if (!call) return
    if (name === 'BridgeEnter' && field(frame, 'BridgeNumChannels') === '2') call.bridgedAt ??= at
    if (name === 'Hangup' && id === linked) call.ended = true
  }

  return {
    take() {
      const taken = [...calls.values()]
      calls = new Map()
      return taken
    },
    open: () => [...calls.values()].filter((call) => !call.ended).length,
    close: () => void socket.destroy(),
  }
}
