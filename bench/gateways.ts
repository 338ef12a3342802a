import { setTimeout as delay } from 'node:timers/promises'
import { password, startHotline, type Hotline } from '../test/support/hotline.ts'
import { DeskClient } from '../test/support/desk-client.ts'
import { kannelText, sendSms } from '../test/support/sms-push.ts'
import { audit, conclude, settle } from './machines/accounts.ts'
import type { Load } from './machines/load.ts'
import { median, quantile, rate } from './parts/rounds.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * 1, 2 and 3 gateways side by side on one machine: texts accepted a second, whole contacts a second (webhook → offer →
 * accept → registered), and the time from the acknowledged commit to the offer at an agent's socket. On two cores more
 * processes share the same two cores: what more gateways give is that one may die, and on machines of their own more room.
 * Every count of gateways has its own database and its own accounts.
 */
onBenchServices()
const counts = (process.env['BENCH_GATEWAYS'] ?? '1,2,3').split(',').map(Number)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const roundMs = Number(process.env['BENCH_ROUND_MS'] ?? 5_000)
const agents = Number(process.env['BENCH_AGENTS'] ?? 18)
const calmPerSecond = Number(process.env['BENCH_CALM'] ?? 20)
const senders = Number(process.env['BENCH_SENDERS'] ?? 32)

type Seen = { acknowledged: Load['acknowledged']; offeredAt: Map<string, number> }

/** Agents who take everything at once and register it; they note when each offer reached them. */
async function startAgents(city: Hotline, offeredAt: Map<string, number>): Promise<() => void> {
  const desks: DeskClient[] = []
  for (let n = 0; n < agents; n += 1) {
    const name = `gateways${n}`
    await city.staff(name)
    const desk = await DeskClient.open(city.url(n % city.gateways.length), name, password)
    await desk.begin()
    desks.push(desk)
  }
  let stopped = false
  for (const desk of desks)
    void (async () => {
      while (!stopped) {
        for (const { at, message } of desk.heard.splice(0)) {
          if (message.type === 'offer') {
            const { contact, offerId } = message.offer
            if (!offeredAt.has(contact.id)) offeredAt.set(contact.id, at)
            desk.ask({ type: 'acceptOffer', offerId }).catch(() => {})
          }
          if (message.type === 'contact' && message.contact.state === 'active')
            desk
              .register(message.contact.id, [
                {
                  type: 'answered',
                  kind: 'inquiry',
                  answer: '已答复。',
                  knowledge: [],
                  lacking: { what: '办事时间' },
                },
              ])
              .catch(() => {})
        }
        await desk.next(500)
      }
    })()
  return () => {
    stopped = true
    for (const desk of desks) desk.close()
  }
}

let people = 0
async function sendOne(city: Hotline, acknowledged: Load['acknowledged']): Promise<void> {
  people += 1
  const providerId = `gateways-${people}`
  const number = `138${String(people).padStart(8, '0')}`
  const base = city.url(people % city.gateways.length)
  const began = performance.now()
  const answer = await sendSms(base, kannelText(city.smsToken, number, '路灯不亮。', providerId))
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`the webhook answers ${answer.status}`)
  const at = performance.now()
  acknowledged.push({ channel: 'sms', providerId, at, ms: at - began })
}

const ended = async (city: Hotline): Promise<number> =>
  (
    await city.db.query<{ n: number }>(`select count(*)::int as n from contacts where ended_at is not null`)
  )[0]!.n

const wrong: string[] = []
const table: string[] = []
let first: number[] | null = null
for (const count of counts) {
  const city = await startHotline({ gateways: count })
  const seen: Seen = { acknowledged: [], offeredAt: new Map() }
  const leave = await startAgents(city, seen.offeredAt)
  const figures = {
    accepted: [] as number[],
    whole: [] as number[],
    p50: [] as number[],
    p99: [] as number[],
  }
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    // With agents free: how long until an offer is there.
    const from = seen.acknowledged.length
    const under: Promise<void>[] = []
    for (let n = 0; n < (calmPerSecond * roundMs) / 1_000; n += 1) {
      under.push(sendOne(city, seen.acknowledged))
      await delay(1_000 / calmPerSecond)
    }
    await Promise.all(under)
    await delay(1_500)
    const contacts = new Map(
      (
        await city.db.query<{ id: string; contactId: string }>(
          `select provider_id as id, contact_id as "contactId" from messages where direction = 'in' and provider_id = any($1)`,
          [seen.acknowledged.slice(from).map(({ providerId }) => providerId)],
        )
      ).map(({ id, contactId }) => [id, contactId]),
    )
    const times = seen.acknowledged.slice(from).flatMap(({ providerId, at }) => {
      const offered = seen.offeredAt.get(contacts.get(providerId) ?? '')
      // The answer travels while the offer does: an offer that came first took no time after it.
      return offered === undefined ? [] : [Math.max(0, offered - at)]
    })
    if (times.length === 0) throw new Error('nothing was offered')

    // With more senders than it can serve: how much goes through.
    const before = { sent: seen.acknowledged.length, ended: await ended(city) }
    const began = performance.now()
    await Promise.all(
      Array.from({ length: senders }, async () => {
        while (performance.now() - began < roundMs) await sendOne(city, seen.acknowledged)
      }),
    )
    const took = (performance.now() - began) / 1_000
    const through = (await ended(city)) - before.ended
    // What piled up is worked off before the next calm part.
    const left = await settle(city, 120_000)
    if (left.length > 0) wrong.push(`neither ended nor waiting: ${JSON.stringify(left.slice(0, 10))}`)
    if (round === 0) continue
    figures.accepted.push((seen.acknowledged.length - before.sent) / took)
    figures.whole.push(through / took)
    figures.p50.push(quantile(times, 0.5))
    figures.p99.push(quantile(times, 0.99))
  }
  leave()
  const row = [figures.accepted, figures.whole, figures.p50, figures.p99].map(median)
  first ??= row
  const shown = row.map(
    (value, n) => `${n < 2 ? rate(value) : value.toFixed(1)} (× ${(value / first![n]!).toFixed(2)})`,
  )
  table.push(String(count).padEnd(10) + shown.map((cell) => cell.padStart(20)).join(''))
  console.log(`${count} gateway${count > 1 ? 's' : ''}: accounts`)
  const load = {
    ...seen,
    callers: [],
    refused: () => 0,
    givenUp: () => 0,
    uncarried: () => 0,
    silence: () => 0,
    stop: async () => {},
  }
  wrong.push(...(await audit(city, load)))
  await city.stop()
}
console.log(`medians of ${rounds} rounds, beside ${counts[0]} gateway in the same run`)
console.log(
  'gateways'.padEnd(10) +
    ['accepted/s', 'whole/s', 'offer p50 ms', 'offer p99 ms'].map((head) => head.padStart(20)).join(''),
)
for (const line of table) console.log(line)
conclude(wrong)
