import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeskClient } from '../support/desk-client.ts'
import { password, startHotline, type Hotline } from '../support/hotline.ts'
import { kannelGet, ucs2 } from '../support/sms-push.ts'

/** Desks at work in one process when it is told to stop. */
const agents = 10
const rounds = 3

let hotline: Hotline
beforeAll(async () => {
  hotline = await startHotline({ env: { LOG_LEVEL: 'info' } })
  for (let n = 0; n < agents; n++) await hotline.staff(`stop${n}`)
})
afterAll(() => hotline?.stop())

const text = (n: number): string =>
  kannelGet(hotline.smsToken, {
    from: `1380000${String(n).padStart(4, '0')}`,
    to: '12345',
    bytes: ucs2('路灯不亮，请处理。'),
    coding: '2',
    charset: 'UTF-16BE',
  }).url

/** Asks again and again whatever an agent asks, faster than it is answered, until the line is cut. */
async function atWork(desk: DeskClient, cut: Promise<void>, stopped: () => boolean): Promise<void> {
  const wishes = [
    { type: 'available' },
    { type: 'pause', reason: 'rest' },
    { type: 'signOut' },
    { type: 'signIn', mode: 'text' },
    { type: 'available' },
  ] as const
  while (!stopped()) {
    const asked = wishes.map((wish) => desk.ask(wish).catch(() => {}))
    await Promise.race([Promise.all(asked.slice(0, 2)), cut])
    const offer = desk.heard.findLast(({ message }) => message.type === 'offer')?.message
    if (offer?.type === 'offer')
      void desk.ask({ type: 'acceptOffer', offerId: offer.offer.offerId }).catch(() => {})
  }
}

describe('a gateway that is stopped in the midst of its work', () => {
  it('ends in order: nothing in its log is a warning or an error', async () => {
    let texts = 0
    for (let round = 0; round < rounds; round++) {
      const gateway = hotline.gateways[0] ?? (await hotline.startGateway(0))
      const base = hotline.url(0)
      let over = false
      const desks: DeskClient[] = []
      for (let n = 0; n < agents; n++) desks.push(await DeskClient.open(base, `stop${n}`, password))
      await Promise.all(desks.map((desk) => desk.ask({ type: 'signIn', mode: 'text' })))
      const work = desks.map((desk) => atWork(desk, gateway.exited, () => over))
      let busy = (): void => {}
      const inTheMidst = new Promise<void>((now) => (busy = now))
      const sending = (async () => {
        for (let sent = 0; !over; sent++) {
          if (sent === 20) busy()
          const answers = Array.from({ length: 4 }, () => fetch(base + text(texts++)))
          await Promise.all(answers.map((answer) => answer.then((a) => a.text()).catch(() => {})))
        }
      })()
      await inTheMidst
      const stopping = gateway.stop()
      await gateway.exited
      over = true
      hotline.gateways[0] = null
      await Promise.all([stopping, sending, ...work])
      for (const desk of desks) desk.close()
    }
    const lines = readFileSync(hotline.logs[0]!, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: number; msg: string })
    expect(lines.filter(({ msg }) => msg === 'stopped')).toHaveLength(rounds)
    let stopping = false
    const whileStopping = lines.filter(({ msg }) => {
      if (msg === 'draining') stopping = true
      if (msg === 'stopped') stopping = false
      return stopping
    })
    expect(whileStopping.length).toBeGreaterThanOrEqual(rounds)
    expect(whileStopping.filter(({ level }) => level >= 40)).toEqual([])
  })
})
