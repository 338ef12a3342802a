/**
 * The phone's line: a WebSocket as JsSIP wants it, with the two things its own lacks. It gives up an attempt that
 * hangs, and it can be told that the line is dead before TCP notices, so that the phone moves to Asterisk's own
 * socket at once.
 */
const connectMs = 3000

export class SipSocket {
  readonly url: string
  readonly sip_uri: string
  via_transport: string
  onconnect = (): void => undefined
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined
  ondata: (data: unknown) => void = () => undefined
  private socket: WebSocket | null = null
  private timer = 0

  constructor(url: string) {
    const { protocol, host } = new URL(url)
    this.url = url
    this.sip_uri = `sip:${host};transport=ws`
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS'
  }

  connect(): void {
    this.disconnect()
    const socket = new WebSocket(this.url, 'sip')
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    this.timer = window.setTimeout(() => this.fail('timeout'), connectMs)
    socket.onopen = () => {
      window.clearTimeout(this.timer)
      this.onconnect()
    }
    socket.onmessage = ({ data }) => this.ondata(data)
    socket.onclose = ({ wasClean, code, reason }) => {
      this.forget()
      this.ondisconnect(!wasClean, code, reason)
    }
  }

  /** The line counts as broken, whatever the browser believes. */
  fail(reason: string): void {
    if (!this.socket) return
    this.disconnect()
    this.ondisconnect(true, 1006, reason)
  }

  disconnect(): void {
    const socket = this.socket
    this.forget()
    socket?.close()
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false
    this.socket?.send(message as string)
    return true
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING
  }

  private forget(): void {
    window.clearTimeout(this.timer)
    if (this.socket) this.socket.onopen = this.socket.onmessage = this.socket.onclose = null
    this.socket = null
  }
}
