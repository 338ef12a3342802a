/**
 * One logged-in AMI session. The rest of the program knows only this; the npm package behind it can be replaced
 * (docs/adr/0002-ami-client.md).
 */
export type AmiTarget = { host: string; port: number; user: string; secret: string }

export type AmiTransport = {
  /** Writes one frame (lines joined by CR LF, without the closing empty line). False when the session is gone. */
  send(frame: string): boolean
  /** Ends the session and its socket at once. Idempotent. */
  close(): void
}

export type TransportHandlers = {
  /** One complete frame, without the closing empty line. */
  onFrame: (frame: string) => void
  /** The session ended, for whatever reason; called once, and never before `connect` has resolved. */
  onClose: (reason: string) => void
}

/**
 * Opens a session and logs in. Rejects when the connection or the login is refused, and when `signal` is aborted;
 * in each of these cases no socket stays behind.
 */
export type ConnectAmi = (
  target: AmiTarget,
  handlers: TransportHandlers,
  signal: AbortSignal,
) => Promise<AmiTransport>
