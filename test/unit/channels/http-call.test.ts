import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { callHttp, CallFailed } from '../../../src/channels/http-call.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serving(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle)
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const failure = async (
  call: Parameters<typeof callHttp>[0],
): Promise<Pick<CallFailed, 'code' | 'reached'>> => {
  const error = await callHttp(call).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(CallFailed)
  const { code, reached } = error as CallFailed
  return { code, reached }
}

describe('calling a carrier', () => {
  it('returns status, headers and bytes', async () => {
    const url = await serving((request, response) => {
      let body = ''
      request.on('data', (d: Buffer) => (body += d.toString()))
      request.on('end', () => response.writeHead(418, { 'x-a': 'b' }).end(`heard ${body}`))
    })
    const answer = await callHttp({ method: 'POST', url, body: '你好' })
    expect(answer).toMatchObject({ status: 418, headers: { 'x-a': 'b' } })
    expect(answer.body.toString()).toBe('heard 你好')
  })

  it('knows that a refused connection did nothing', async () => {
    expect(await failure({ method: 'GET', url: 'http://127.0.0.1:1/' })).toEqual({
      code: 'ECONNREFUSED',
      reached: false,
    })
  })

  it('knows that a failed handshake did nothing', async () => {
    const url = (await serving((_, response) => response.end())).replace('http:', 'https:')
    expect((await failure({ method: 'POST', url, body: 'x' })).reached).toBe(false)
  })

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['a connection cut before the answer', (request) => request.socket.destroy()],
    [
      'a connection cut within the answer',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half')
        setImmediate(() => request.socket.destroy())
      },
    ],
    ['no answer in time', () => {}],
    ['an answer that drips', (_, response) => void response.writeHead(200).write('x')],
  ])('does not claim that nothing happened after %s', async (_, handle) => {
    const url = await serving(handle)
    expect((await failure({ method: 'GET', url, withinMs: 150 })).reached).toBe(true)
  })

  it('stops reading an answer that is too long', async () => {
    const url = await serving((_, response) => response.end(Buffer.alloc(5_000)))
    expect(await failure({ method: 'GET', url, maxBytes: 1_000 })).toEqual({ code: 'ETOOBIG', reached: true })
  })

  it('follows no redirect', async () => {
    let calls = 0
    const url = await serving((_, response) => {
      calls++
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    })
    expect((await callHttp({ method: 'GET', url })).status).toBe(302)
    expect(calls).toBe(1)
  })
})
