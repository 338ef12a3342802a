import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message that the gateway sent to a citizen. */
export interface Reply {
  channel: 'sms' | 'wechat'
  /** telephone number, or WeChat's id of the citizen */
  to: string
  text: string
}

/** WeChat's API and an SMS box on the loopback address: where the demo's replies go instead of to the world. */
export interface Outside {
  wechatApi: string
  smsSendUrl: string
  stop(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Answers as the two services do, and tells `heard` of every message. A delivery report follows a moment later when
 * one was asked for.
 */
export async function startOutside(heard: (reply: Reply) => void): Promise<Outside> {
  const reports = new Set<NodeJS.Timeout>()

  const sms = (query: URLSearchParams): [number, string] => {
    heard({ channel: 'sms', to: query.get('to') ?? '', text: query.get('text') ?? '' })
    const report = query.get('dlr-url')
    if (report !== null) {
      const url = report
        .replace('%d', '1')
        .replace('%I', randomUUID())
        .replace('%T', String(Math.floor(Date.now() / 1000)))
      const timer = setTimeout(() => {
        reports.delete(timer)
        void fetch(url).catch(() => {})
      }, 800)
      reports.add(timer)
    }
    return [202, '0: Accepted for delivery']
  }

  const wechat = (path: string, body: string): [number, string] => {
    if (path.endsWith('/stable_token')) {
      return [200, JSON.stringify({ access_token: 'demo-access-token', expires_in: 7200 })]
    }
    if (path.endsWith('/message/custom/send')) {
      const { touser = '', text } = JSON.parse(body) as { touser?: string; text?: { content?: string } }
      heard({ channel: 'wechat', to: touser, text: text?.content ?? '' })
    }
    return [200, JSON.stringify({ errcode: 0, errmsg: 'ok', msgid: Date.now() })]
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://outside')
      const [status, answer] =
        url.pathname === '/cgi-bin/sendsms' ? sms(url.searchParams) : wechat(url.pathname, body)
      response.writeHead(status, {
        'content-type': url.pathname === '/cgi-bin/sendsms' ? 'text/plain' : 'application/json',
      })
      response.end(answer)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    wechatApi: base,
    smsSendUrl: `${base}/cgi-bin/sendsms`,
    async stop() {
      reports.forEach(clearTimeout)
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
