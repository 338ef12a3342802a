import { connect, type Socket } from 'node:net'

/**
 * Requests over keep-alive connections, each sent when the answer to the one before is there. It knows just enough of
 * HTTP/1.1 to leave the processor to the server that is measured.
 */
export type LoadResult = {
  /** from the first byte sent to the last answer, ms */
  tookMs: number
  /** of each request, by its place in the list; -1 for one without an answer */
  latencyMs: number[]
  /** statuses, by the same places; 0 for one without an answer */
  status: number[]
}

/** One request, complete: head and body. */
export function requestBytes(
  host: string,
  request: { method: string; url: string; payload?: string | undefined; headers: Record<string, string> },
): Buffer {
  const body = Buffer.from(request.payload ?? '', 'utf8')
  const head = [
    `${request.method} ${request.url} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    ...(request.method === 'GET' ? [] : [`content-length: ${body.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

const open = (host: string, port: number): Promise<Socket> =>
  new Promise((done, fail) => {
    const socket = connect(port, host, () => {
      socket.setNoDelay(true)
      done(socket)
    })
    socket.once('error', fail)
  })

/** The answer at the beginning of `text`, one character per byte; null while it is not complete. */
function answerIn(text: string): { status: number; length: number } | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end + 2))
  const all = end + 4 + Number(length?.[1] ?? 0)
  return text.length < all ? null : { status: Number(text.slice(9, 12)), length: all }
}

/**
 * @param base `http://HOST:PORT`
 * @param connections how many at once; more than there are requests is too many
 * @param perSecond absent: as fast as the answers come; else the n-th is not sent before its time
 */
export async function sendAll(
  base: string,
  requests: readonly Buffer[],
  connections: number,
  perSecond?: number,
): Promise<LoadResult> {
  const { hostname, port } = new URL(base)
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(hostname, Number(port))))
  const latencyMs = requests.map(() => -1)
  const status = requests.map(() => 0)
  let next = 0
  const began = performance.now()

  const serve = (socket: Socket): Promise<void> =>
    new Promise((done) => {
      let at = -1
      let sent = 0
      let text = ''
      const finish = (): void => {
        socket.destroy()
        done()
      }
      const send = (): void => {
        at = next++
        const request = requests[at]
        if (!request) return finish()
        const write = (): void => {
          sent = performance.now()
          socket.write(request)
        }
        const waitMs = perSecond === undefined ? 0 : began + (at / perSecond) * 1_000 - performance.now()
        if (waitMs > 0) setTimeout(write, waitMs)
        else write()
      }
      socket.setEncoding('latin1')
      socket.on('data', (chunk: string) => {
        text += chunk
        const answer = answerIn(text)
        if (!answer) return
        text = text.slice(answer.length)
        latencyMs[at] = performance.now() - sent
        status[at] = answer.status
        send()
      })
      socket.on('error', finish)
      socket.on('close', finish)
      send()
    })

  await Promise.all(sockets.map(serve))
  return { tookMs: performance.now() - began, latencyMs, status }
}
