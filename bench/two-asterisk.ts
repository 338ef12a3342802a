import { setTimeout as delay } from 'node:timers/promises'
import { startAsterisk } from '../services/asterisk.ts'
import { startTestAsterisk } from '../test/support/asterisk.ts'
import { startHotline } from '../test/support/hotline.ts'
import { unusedPort } from '../test/support/ports.ts'
import { runFolder } from '../test/support/services.ts'
import { endAllSipp } from '../test/support/sipp.ts'
import { wait } from '../test/support/wait.ts'
import { audit, conclude, seconds, settle } from './machines/accounts.ts'
import { startKamailio } from './machines/kamailio.ts'
import { startLoad } from './machines/load.ts'
import { startPeople } from './machines/people.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * Two Asterisk nodes behind Kamailio's dispatcher and two gateways that are linked to both. One node is killed -9 under
 * SIPp's calls: those on it end and are accounted for, new ones go on through the other, within seconds of the kill.
 * Later it comes back and takes calls again.
 */
onBenchServices()
const callsPerSecond = Number(process.env['BENCH_CALLS'] ?? 3)
const textsPerSecond = Number(process.env['BENCH_TEXTS'] ?? 5)
const calmMs = Number(process.env['BENCH_CALM_MS'] ?? 15_000)
const downMs = Number(process.env['BENCH_DOWN_MS'] ?? 25_000)

const kamailioHost = '127.0.0.5'
const trunkMatch = ['127.0.0.5/32']
// The telephones that SIPp plays are known to both nodes.
const second = await startTestAsterisk({ trunkMatch })
const amiPort = await unusedPort()
const amiOf = (port: number): string => `ami://gateway:test-only@127.0.0.1:${port}`
const ami = [amiOf(amiPort), amiOf(second.options.amiPort)]
let dirs = ['', second.options.dir]
const firstDir = `${runFolder()}/asterisk-first`
dirs = [firstDir, second.options.dir]
const city = await startHotline({
  gateways: 2,
  asterisk: {
    dir: firstDir,
    amiPort,
    trunkMatch,
    trunkHost: second.trunk.host,
    trunkPort: second.trunk.port,
    ...(second.options.staticPhones ? { staticPhones: second.options.staticPhones } : {}),
  },
  // Each gateway stands on the machine of one node: that one is named first, and its files can be read.
  envOf: (n) => ({ AMI_URL: [ami[n]!, ami[1 - n]!].join(','), HOTLINE_ASTERISK_DIR: dirs[n]! }),
})
const first = city.asterisk
const kamailio = await startKamailio(runFolder(), kamailioHost, [first.sip, second.sip])
const wrong: string[] = []

type Owners = Record<string, string[]>
/** Which gateways say that they own which node. */
async function owners(): Promise<Owners> {
  const found: Owners = {}
  for (const [n, gateway] of city.gateways.entries()) {
    const text = await (await fetch(`${gateway!.url}/metrics`)).text()
    for (const [, node = ''] of text.matchAll(/^hotline_ami_owned\{node="([^"]+)"\} 1$/gm))
      (found[node] ??= []).push(`gateway ${n}`)
  }
  return found
}
const nodes = [first.options.systemName, second.options.systemName]
const told = (found: Owners): string =>
  nodes.map((node) => `${node}: ${found[node]?.join(' and ') ?? 'nobody'}`).join(', ')
const callsBy = async (since: Date): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await city.db.query<{ node: string; n: number }>(
        `select coalesce(node, split_part(call_id, '-', 1)) as node, count(*)::int as n from contacts
         where channel = 'voice' and not call_back and received_at >= $1 group by 1 order by 1`,
        [since],
      )
    ).map(({ node, n }) => [node, n]),
  )

try {
  await wait(async () => Object.keys(await owners()).length === 2, 60_000)
  const owned = await owners()
  console.log(`owners: ${told(owned)}`)
  if (nodes.some((node) => owned[node]?.length !== 1))
    wrong.push(`not one owner for each node: ${told(owned)}`)

  const began = new Date()
  const people = await startPeople(
    city,
    { texts: 4, voices: 8 },
    { trunk: second.trunk, bank: second.banks[0]! },
  )
  const load = startLoad(city, { textsPerSecond, callsPerSecond, sip: kamailio.sip })
  await delay(calmMs)
  const split = await callsBy(began)
  console.log(`calls by node, ${callsPerSecond}/s: ${JSON.stringify(split)}`)
  if (nodes.some((node) => !split[node])) wrong.push('Kamailio did not use both nodes')

  const killedAt = new Date()
  const answered = people.answered()
  await first.kill()
  const [on] = await city.db.query<{ n: number }>(
    `select count(*)::int as n from contacts where channel = 'voice' and ended_at is null and not call_back and node = $1`,
    [nodes[0]],
  )
  await delay(downMs)
  const [next] = await city.db.query<{ at: number | null; n: number }>(
    `select (extract(epoch from min(bridged_at)) * 1000)::float8 as at, count(*) filter (where bridged_at is not null)::int as n
     from contacts where channel = 'voice' and not call_back and received_at >= $1`,
    [killedAt],
  )
  const afterMs = typeof next?.at !== 'number' ? null : next.at - killedAt.getTime()
  console.log(
    `${nodes[0]} killed with ${on?.n ?? 0} calls on it; the next new caller spoke after ${seconds(afterMs)}, ` +
      `${next?.n ?? 0} new callers spoke within ${seconds(downMs)}, ${people.answered() - answered} conversations in all`,
  )
  console.log(`calls by node since: ${JSON.stringify(await callsBy(killedAt))}`)
  if (!next?.n) wrong.push('no new caller reached an agent while one node was dead')

  const againAt = new Date()
  const again = await startAsterisk(first.options)
  await delay(calmMs)
  console.log(`${nodes[0]} started again; calls by node since: ${JSON.stringify(await callsBy(againAt))}`)
  await wait(async () => Object.keys(await owners()).length === 2, 60_000)
  console.log(`owners: ${told(await owners())}`)
  await load.stop()
  const open = await settle(city, 120_000)
  if (open.length > 0) wrong.push(`neither ended nor waiting: ${JSON.stringify(open.slice(0, 10))}`)
  const lines = [{ from: killedAt.getTime(), to: againAt.getTime() + 30_000 }]
  wrong.push(...(await audit(city, load, lines)))
  await people.stop()
  await again.kill()
} finally {
  await endAllSipp()
  await kamailio.stop()
  await city.stop()
  await second.stop()
}
conclude(wrong)
