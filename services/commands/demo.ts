import { join } from 'node:path'
import { type Command, type Given, UsageProblem, wholeNumber } from '../command.ts'
import { startAgent } from '../demo/agent.ts'
import { startCalls, trunkHost } from '../demo/calls.ts'
import { between, inPercent } from '../demo/chance.ts'
import { type City, seedCity } from '../demo/city.ts'
import { type DemoLimit, demoLimits, limitsSetting } from '../demo/limits.ts'
import { type Outside, startOutside } from '../demo/outside.ts'
import { startTelephone, type Telephone } from '../demo/telephone.ts'
import { newAccounts, startTexting, type TextAccounts, type Texting } from '../demo/texting.ts'
import { dataHome } from '../paths.ts'
import { freeUdpPort } from '../ports.ts'
import type { Report } from '../report.ts'
import { setting } from '../settings.ts'
import { unlessSignalled, untilSignal } from '../signals.ts'
import { bringUp, type Stack } from '../stack.ts'
import { statuteOf, statuteSlugs } from '../../src/statutes/registry.ts'
import type { Statute } from '../../src/statutes/statute.ts'

/** Loopback addresses of their own, so that Asterisk can tell trunk, telephones and emergency line apart. */
const phonesHost = '127.0.0.3'
const emergencyHost = '127.0.0.4'

interface Wish {
  callsPerMinute: number
  agents: number
  statute: Statute
}

function wishOf(given: Given): Wish {
  const city = given.options['city'] ?? setting('HOTLINE_CITY') ?? 'anshan-2019'
  const cities = statuteSlugs()
  if (!cities.includes(String(city))) {
    throw new UsageProblem(`There is no city "${String(city)}". Cities: ${cities.join(', ')}.`)
  }
  return {
    callsPerMinute: wholeNumber(given, 'calls-per-minute', 6, 0, 600),
    agents: wholeNumber(given, 'agents', 6, 0, 90),
    statute: statuteOf(String(city)),
  }
}

/** What the demo adds to the hotline; stopped before it. */
class Traffic {
  private readonly endings: (() => void | Promise<void>)[] = []

  add(ending: () => void | Promise<void>): void {
    this.endings.push(ending)
  }

  async stop(): Promise<void> {
    for (const ending of this.endings.splice(0).reverse()) await ending()
  }
}

/** The far ends of both trunks: citizens who are called back, and the emergency numbers. */
async function farEnds(
  sipPort: number,
  trunkPort: number,
  emergencyPort: number,
  traffic: Traffic,
): Promise<void> {
  const server = { host: '127.0.0.1', port: sipPort }
  const citizen = await startTelephone({
    host: trunkHost,
    port: trunkPort,
    server,
    pickUpAfterMs: () => between(1_000, 4_000),
    talkMs: () => between(10_000, 25_000),
  })
  const emergency = await startTelephone({
    host: emergencyHost,
    port: emergencyPort,
    server,
    pickUpAfterMs: () => between(800, 2_000),
    talkMs: () => between(20_000, 40_000),
  })
  traffic.add(() => citizen.stop())
  traffic.add(() => emergency.stop())
}

async function agentsAtWork(
  stack: Stack,
  { agentTokens }: City,
  statute: Statute,
  traffic: Traffic,
  report: Report,
): Promise<void> {
  const pool = stack.asterisk?.current().phones.filter(({ kind }) => kind === 'sip') ?? []
  const server = { host: '127.0.0.1', port: stack.sipPort ?? 5060 }
  for (const [index, token] of agentTokens.entries()) {
    const account = pool[index]
    if (account === undefined) break
    const telephone: Telephone = await startTelephone({
      host: phonesHost,
      server,
      account,
      // now and then nobody is at the desk, and the call goes on to the next
      pickUpAfterMs: () => (inPercent(5) ? undefined : between(700, 3_000)),
      talkMs: () => between(8_000, 30_000),
    })
    const agent = startAgent({ base: stack.url, token, statute, name: `agent ${index + 1}`, report })
    traffic.add(async () => {
      agent.stop()
      await telephone.stop()
    })
  }
}

function greet(stack: Stack, { people }: City, wish: Wish, limits: DemoLimit[]): void {
  const links = people.map(
    ({ displayName, username, link }) => `  ${displayName} (${username})\n    ${stack.url}${link}`,
  )
  process.stdout.write(
    [
      '',
      `City: ${wish.statute.slug}, by 《${wish.statute.title}》.`,
      ...limitLines(limits),
      `${wish.agents} simulated agents, about ${wish.callsPerMinute} calls a minute, and as many texts.`,
      'Sign-in links, each for one role, valid for a day:',
      ...links,
      '',
      `ready ${stack.url}`,
      '',
    ].join('\n'),
  )
}

/** Nobody shall take the demo's numbers for law. */
const limitLines = (limits: DemoLimit[]): string[] =>
  limits.length === 0
    ? []
    : [
        'It leaves these limits to the platform. The numbers are the demo’s own; a real city sets HOTLINE_LIMITS:',
        ...limits.map(({ term, workingDays }) => `  ${term.id} ${term.name}: ${workingDays} working days`),
      ]

export const demo: Command = {
  usage: 'demo [--calls-per-minute N] [--agents N] [--city SLUG]',
  does: 'the whole hotline with one invented city and real traffic: calls, SMS and WeChat, and agents who answer',
  words: [0, 0],
  options: {
    'calls-per-minute': { value: 'N', help: 'new calls a minute, and as many texts (6)' },
    agents: { value: 'N', help: 'simulated agents (6)' },
    city: { value: 'SLUG', help: statuteSlugs().join(' | ') },
  },
  async run(given, report) {
    const wish = wishOf(given)
    const { slug } = wish.statute
    // the operator's own numbers win
    const limits = setting('HOTLINE_LIMITS') === undefined ? demoLimits(wish.statute) : []
    const signalled = untilSignal()
    const traffic = new Traffic()
    let texting: Texting | undefined
    const outside = await startOutside((reply) => texting?.heard(reply))
    traffic.add(() => outside.stop())
    const accounts = newAccounts()
    const [trunkPort, emergencyPort] = [await freeUdpPort(trunkHost), await freeUdpPort(emergencyHost)]
    let city: City = { people: [], agentTokens: [] }
    const stack = await unlessSignalled(
      bringUp({
        report,
        // invented citizens never come into the data of a real hotline, nor one city's law into another's
        apart: join('demo', slug),
        env: {
          HOTLINE_CITY: slug,
          ...(limits.length === 0 ? {} : { HOTLINE_LIMITS: limitsSetting(limits) }),
          ...textEnv(outside, accounts),
        },
        telephony: {
          trunkHost,
          trunkPort,
          trunkMatch: [`${trunkHost}/32`],
          emergencyTrunk: `${emergencyHost}:${emergencyPort}`,
        },
        beforeGateway: async (env) => {
          report('demo: setting up the city')
          city = await seedCity(env['DATABASE_URL'] ?? '', wish.agents, wish.statute)
        },
      }),
      signalled,
    )
    try {
      if (stack.sipPort !== undefined) {
        await farEnds(stack.sipPort, trunkPort, emergencyPort, traffic)
        await agentsAtWork(stack, city, wish.statute, traffic, report)
      }
      greet(stack, city, wish, limits)
      if (wish.callsPerMinute > 0) {
        texting = startTexting(stack.url, accounts, wish.callsPerMinute, report)
        traffic.add(() => texting?.stop())
        if (stack.sipPort !== undefined) {
          const calls = await startCalls(join(dataHome(), 'demo'), stack.sipPort, wish.callsPerMinute, report)
          traffic.add(() => calls.stop())
        }
      }
      report('Ctrl-C ends everything that was started')
      await signalled
    } finally {
      report('stopping')
      await traffic.stop()
      await stack.stop('end')
    }
    return 0
  },
}

function textEnv({ wechatApi, smsSendUrl }: Outside, accounts: TextAccounts): Record<string, string> {
  return {
    WECHAT_TOKEN: accounts.wechatToken,
    WECHAT_APPID: accounts.wechatAppId,
    WECHAT_AES_KEY: accounts.wechatAesKey,
    WECHAT_SECRET: 'demo',
    WECHAT_MODE: 'safe',
    WECHAT_API_BASE: wechatApi,
    SMS_KANNEL_TOKEN: accounts.smsToken,
    SMS_KANNEL_ACCOUNT: '12345',
    SMS_KANNEL_SEND_URL: smsSendUrl,
    SMS_KANNEL_USER: 'demo',
    SMS_KANNEL_PASSWORD: 'demo',
    SMS_KANNEL_SIGN: '12345热线',
    SMS_SEND_BY: 'kannel',
  }
}
