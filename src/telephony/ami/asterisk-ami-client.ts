import AmiClient from 'asterisk-ami-client'
import { createFrameSplitter } from './splitter.ts'
import type { ConnectAmi } from './transport.ts'

/**
 * `asterisk-ami-client` 1.1.5 behind `AmiTransport`: one client per attempt, and only its socket, its login and its
 * framing are used. Its own reconnection, ActionIDs, promises and objects are not (docs/adr/0002-ami-client.md).
 *
 * Events that share a TCP segment with the login reply are lost inside the package; the snapshot that follows every
 * login makes up for them.
 */
export const connectAsteriskAmiClient: ConnectAmi = async (target, handlers, signal) => {
  const client = new AmiClient({
    reconnect: false,
    keepAlive: false,
    emitEventsByTypes: false,
    emitResponsesById: false,
  })
  // The package keeps its socket to itself until the login has succeeded, and keeps it open after a refusal: the
  // signal of `net.connect` is the only handle on it.
  const socket = new AbortController()
  const abort = (): void => socket.abort()
  signal.addEventListener('abort', abort, { once: true })

  let open = true
  let reason = 'closed by the other side'
  const splitter = createFrameSplitter(handlers.onFrame)
  client.on('data', (chunk: Buffer) => {
    if (open) splitter.push(chunk)
  })
  client.on('internalError', (error: Error) => (reason = error.message))

  try {
    signal.throwIfAborted()
    const connection = await client.connect(target.user, target.secret, {
      host: target.host,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      signal: socket.signal,
    })
    signal.throwIfAborted()

    const close = (): void => {
      if (!open) return
      open = false
      client.disconnect()
      socket.abort()
    }
    client.on('disconnect', () => {
      if (!open) return
      close()
      handlers.onClose(reason)
    })
    return {
      send: (frame) => {
        if (!open || !connection.isConnected) return false
        connection.write(frame)
        return true
      },
      close,
    }
  } catch (error) {
    open = false
    socket.abort()
    throw error instanceof Error ? error : new Error('connection closed during the login')
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
