import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Stands in for the SMS carriers on loopback: Kannel's smsbox below `/cgi-bin/sendsms`, Aliyun below `/aliyun/`,
 * Tencent below `/tencent/`. It keeps what it was told and accepts everything unless told otherwise.
 */
export type SentSms = {
  provider: 'kannel' | 'aliyun' | 'tencent'
  to: string
  /** Kannel: the text. The others: template id. */
  text: string
  /** All parameters as received. */
  params: Record<string, string>
  headers: IncomingMessage['headers']
  raw: string
}

export type SmsAnswer = { status: number; body: string } | { hang: true } | { cut: true }

export type FakeSmsProvider = {
  base: string
  urls: { kannel: string; aliyun: string; tencent: string }
  sent: SentSms[]
  answer(...answers: SmsAnswer[]): void
  close(): Promise<void>
}

export async function startSmsProvider(): Promise<FakeSmsProvider> {
  const sent: SentSms[] = []
  const scripted: SmsAnswer[] = []
  let serial = 0
  const server = createServer((request, response) => {
    void readBody(request).then((raw) => {
      const url = new URL(request.url ?? '', 'http://x')
      const sms = interpret(url, raw, request)
      sent.push(sms)
      const next = scripted.shift()
      if (next && 'hang' in next) return
      if (next && 'cut' in next) return void request.socket.destroy()
      if (next) {
        response.statusCode = next.status
        return void response.end(next.body)
      }
      if (sms.provider === 'kannel') {
        response.statusCode = 202
        return void response.end('0: Accepted for delivery')
      }
      response.setHeader('content-type', 'application/json')
      const id = `serial-${++serial}`
      response.end(
        JSON.stringify(
          sms.provider === 'aliyun'
            ? { Code: 'OK', Message: 'OK', BizId: id, RequestId: id }
            : {
                Response: {
                  RequestId: id,
                  SendStatusSet: [{ Code: 'Ok', SerialNo: id, PhoneNumber: sms.to }],
                },
              },
        ),
      )
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    base,
    urls: { kannel: `${base}/cgi-bin/sendsms`, aliyun: `${base}/aliyun`, tencent: `${base}/tencent` },
    sent,
    answer: (...answers) => void scripted.push(...answers),
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

function interpret(url: URL, raw: string, { headers }: IncomingMessage): SentSms {
  if (url.pathname.startsWith('/aliyun')) {
    const params = Object.fromEntries(new URLSearchParams(raw))
    return {
      provider: 'aliyun',
      to: params['PhoneNumbers'] ?? '',
      text: params['TemplateCode'] ?? '',
      params,
      headers,
      raw,
    }
  }
  if (url.pathname.startsWith('/tencent')) {
    const body = JSON.parse(raw) as { PhoneNumberSet: string[]; TemplateId: string; SessionContext: string }
    return {
      provider: 'tencent',
      to: body.PhoneNumberSet[0] ?? '',
      text: body.TemplateId,
      params: { SessionContext: body.SessionContext },
      headers,
      raw,
    }
  }
  const params = Object.fromEntries(url.searchParams)
  return { provider: 'kannel', to: params['to'] ?? '', text: params['text'] ?? '', params, headers, raw }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
