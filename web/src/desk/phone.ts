import type { RTCSession } from 'jssip/lib/RTCSession'
import type { RTCSessionEvent, UA } from 'jssip/lib/UA'
import { decideInvite, type InviteHeaders } from './invite.ts'
import { SipSocket } from './sip-socket.ts'

/** The browser's telephone: registers at Asterisk, takes the calls it may take, plays and mutes. */
export type Line = 'off' | 'connecting' | 'ready' | 'down'

export type PhoneCall = {
  /** The contact's call, or null when the call says nothing of one. */
  callId: string | null
  /**
   * `native`: from Asterisk's own queue, without the gateway. `consult`: a colleague asks. `transfer`: a colleague
   * passes a caller on, who is a contact like any other once he is taken. `out`: the person himself has asked to be
   * joined with a requester.
   */
  kind: 'contact' | 'native' | 'consult' | 'transfer' | 'out'
  phase: 'ringing' | 'connecting' | 'talking'
  /** Local ms. */
  since: number
  muted: boolean
}

export type PhoneState = {
  line: Line
  /** Which of the two ways is in use. */
  via: 'gateway' | 'direct' | null
  call: PhoneCall | null
}

export type PhoneAccount = {
  number: string
  secret: string
  realm: string
  sockets: { url: string; weight: number }[]
}

export type PhoneOptions = {
  account: PhoneAccount
  /** Calls whose contact this agent has accepted. */
  acceptedCallIds: () => ReadonlySet<string>
  audio: HTMLAudioElement
  onState: (state: PhoneState) => void
  /** The microphone is missing, in use, or not allowed. */
  onMicrophoneRefused: () => void
}

const constraints: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: false,
}

/** Candidates of the local network are known at once; waiting for the others only delays the answer. */
const gatherMs = 300

export async function startPhone(options: PhoneOptions) {
  const { account, audio } = options
  const { default: JsSIP } = await import('jssip')
  const best = Math.max(...account.sockets.map((s) => s.weight))
  // The gateway is wherever this page came from: it may be known by more than one name, and the session by one only.
  const here = (url: string): string =>
    new URL(new URL(url).pathname, location.href).href.replace(/^http/, 'ws')
  const sockets = account.sockets.map(({ url, weight }) => ({
    socket: new SipSocket(weight === best ? here(url) : url),
    weight,
  }))
  const ua: UA = new JsSIP.UA({
    sockets,
    uri: `sip:${account.number}@${account.realm}`,
    authorization_user: account.number,
    password: account.secret,
    display_name: account.number,
    register_expires: 60,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 4,
    session_timers: false,
    user_agent: 'hotline-desk',
  })

  let session: RTCSession | null = null
  let state: PhoneState = { line: 'connecting', via: null, call: null }
  const set = (patch: Partial<PhoneState>): void => {
    state = { ...state, ...patch }
    options.onState(state)
  }
  const setCall = (patch: Partial<PhoneCall>): void => {
    if (state.call) set({ call: { ...state.call, ...patch } })
  }
  const via = (): PhoneState['via'] => {
    const used = sockets.find(({ socket }) => socket.isConnected())
    return used ? (used.weight === best ? 'gateway' : 'direct') : null
  }

  ua.on('registered', () => set({ line: 'ready', via: via() }))
  ua.on('unregistered', () => set({ line: 'down' }))
  ua.on('registrationFailed', () => set({ line: 'down' }))
  ua.on('disconnected', () => set({ line: 'down', via: null }))
  ua.on('connecting', () => {
    if (state.line !== 'down') set({ line: 'connecting' })
  })
  ua.on('newRTCSession', (event: RTCSessionEvent) => {
    // The desk never dials; a session of its own making would be a mistake.
    if (event.originator !== 'remote') return event.session.terminate()
    const headers: InviteHeaders = {
      contactId: event.request.getHeader('X-Contact-Id') ?? null,
      native: event.request.getHeader('X-Native') !== undefined,
      consult: event.request.getHeader('X-Consult') !== undefined,
      transfer: event.request.getHeader('X-Transfer') !== undefined,
      out: event.request.getHeader('X-Out') !== undefined,
    }
    const decision = decideInvite(headers, {
      acceptedCallIds: options.acceptedCallIds(),
      inCall: session !== null,
    })
    if (decision === 'reject') return event.session.terminate({ status_code: 486 })
    take(event.session, { ...headers, out: headers.out === true && decision === 'ring' })
    if (decision === 'answer') answer()
  })

  function take(taken: RTCSession, headers: InviteHeaders): void {
    session = taken
    set({
      call: {
        callId: headers.contactId,
        kind: (['native', 'consult', 'transfer', 'out'] as const).find((kind) => headers[kind]) ?? 'contact',
        phase: 'ringing',
        since: Date.now(),
        muted: false,
      },
    })
    const over = (): void => {
      if (session !== taken) return
      session = null
      audio.srcObject = null
      set({ call: null })
    }
    taken.on('ended', over)
    taken.on('failed', over)
    taken.on('getusermediafailed', options.onMicrophoneRefused)
    taken.on('confirmed', () => setCall({ phase: 'talking', since: Date.now() }))
    taken.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', ({ streams, track }) => {
        audio.srcObject = streams[0] ?? new MediaStream([track])
        void audio.play().catch(() => undefined)
      })
    })
    let hurried = false
    taken.on('icecandidate', ({ ready }) => {
      if (!hurried) window.setTimeout(ready, gatherMs)
      hurried = true
    })
  }

  function answer(): void {
    if (!session || state.call?.phase !== 'ringing') return
    setCall({ phase: 'connecting', ...(state.call.kind === 'transfer' && { kind: 'contact' }) })
    session.answer({ mediaConstraints: constraints, pcConfig: { iceServers: [] } })
  }

  options.onState(state)
  ua.start()

  return {
    /** Takes the call that rings; does nothing when none does. */
    answer,
    /** Refuses or ends the call. Of a gateway's call the gateway is asked instead: it knows the caller's side. */
    hangUp(): void {
      session?.terminate(state.call?.phase === 'ringing' ? { status_code: 486 } : undefined)
    },
    setMuted(muted: boolean): void {
      if (!session) return
      if (muted) session.mute({ audio: true })
      else session.unmute({ audio: true })
      setCall({ muted })
    },
    /** The gateway is known to be gone: go on through Asterisk's own socket now. */
    leaveGateway(): void {
      for (const { socket, weight } of sockets)
        if (weight === best && sockets.length > 1 && socket.isConnected()) socket.fail('gateway lost')
    },
    stop(): void {
      ua.stop()
      set({ line: 'off', via: null, call: null })
    },
  }
}
export type Phone = Awaited<ReturnType<typeof startPhone>>
