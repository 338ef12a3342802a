import { WebSocket } from 'ws'
import type { CrowdAsk, CrowdTell } from './crowds.ts'

/** Many pages in one process, driven by its parent (crowds.ts). What they hear is noted with the system's steady clock. */
type Page = { socket: WebSocket; ready: boolean }

const pages = new Map<number, Page>()
let heard: [key: number, atMs: number][] = []
let lost = 0
const steadyMs = (): number => Number(process.hrtime.bigint()) / 1e6
const tell = (what: CrowdTell): void => void process.send!(what)
const mark = Buffer.from('push-')
/** A page that has not been greeted for so long begins anew, as in web/src/desk/socket.ts. */
const openMs = 4_000

function open({ base, path, cookies, hello }: Extract<CrowdAsk, { ask: 'open' }>, n: number): Promise<void> {
  return new Promise((ready, fail) => {
    const cookie = cookies?.[n]
    const socket = new WebSocket(base.replace(/^http/, 'ws') + path.replace('#', String(n)), {
      perMessageDeflate: false,
      // Each address has some 28,000 ports towards one server.
      localAddress: `127.0.0.${2 + Math.floor(n / 20_000)}`,
      headers: { origin: base, ...(cookie ? { cookie } : {}) },
    })
    const page: Page = { socket, ready: false }
    pages.set(n, page)
    const done = (): void => {
      clearTimeout(patience)
      page.ready = true
      ready()
    }
    const drop = (why: string): void => {
      fail(new Error(why))
      socket.terminate()
    }
    const patience = setTimeout(() => drop('not ready in time'), openMs)
    socket.on('open', () => {
      if (!hello) return done()
      socket.send(JSON.stringify({ id: 'hello', type: 'hello', tab: `tab-${n}` }))
    })
    socket.on('message', (data: Buffer) => {
      if (!page.ready && data.includes('"snapshot"')) return done()
      if (!page.ready && data.includes('"ok":false')) return drop('hello refused')
      const at = data.indexOf(mark)
      if (at >= 0) heard.push([parseInt(data.toString('latin1', at + mark.length, at + 20), 10), steadyMs()])
    })
    socket.on('unexpected-response', (_request, answer) => fail(new Error(`answers ${answer.statusCode}`)))
    socket.on('error', fail)
    socket.on('close', () => {
      clearTimeout(patience)
      if (page.ready && pages.get(n) === page) lost += 1
      if (pages.get(n) === page) pages.delete(n)
      fail(new Error('closed before it was ready'))
    })
  })
}

async function openAll(wish: Extract<CrowdAsk, { ask: 'open' }>): Promise<void> {
  const began = performance.now()
  const took: number[] = []
  let next = wish.from
  let failed = 0
  let refused = 0
  let why = ''
  lost = 0
  const lane = async (): Promise<void> => {
    while (next < wish.to) {
      const n = next++
      const from = performance.now()
      // A page that is refused tries again, and so does this one.
      for (let tries = 1; ; tries += 1)
        try {
          await open(wish, n)
          took.push(performance.now() - from)
          break
        } catch (error) {
          why = String(error)
          refused += 1
          if (tries === 6) {
            failed += 1
            break
          }
          await new Promise((again) => setTimeout(again, 300 * tries))
        }
    }
  }
  await Promise.all(Array.from({ length: wish.atOnce }, lane))
  tell({ told: 'open', ms: performance.now() - began, took, failed, refused, why })
}

process.on('message', (wish: CrowdAsk) => {
  if (wish.ask === 'open') void openAll(wish)
  if (wish.ask === 'heard') {
    tell({ told: 'heard', heard, lost })
    heard = []
  }
  if (wish.ask === 'close') {
    const all = [...pages.values()].map(({ socket }) => socket)
    pages.clear()
    const gone = all.map((socket) => new Promise<void>((closed) => socket.once('close', () => closed())))
    for (const socket of all) socket.terminate()
    void Promise.all(gone).then(() => tell({ told: 'close' }))
  }
})
process.on('disconnect', () => process.exit(0))
tell({ told: 'up' })
