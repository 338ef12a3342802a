import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import type { Db } from '../../src/db/pool.ts'
import type { TestAsterisk } from './asterisk.ts'
import { password } from './desk-stack.ts'

/** What tests do at the desk's pages, and what they ask of them. */

/** Keeps every connection of a page within reach, so that a test can ask it for packets and energy. */
const watchSound = `(() => {
  const Plain = window.RTCPeerConnection
  window.connections = []
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) { super(...given); window.connections.push(this) }
  }
})()`

export type Sound = { received: number; sent: number; heard: number; spoken: number }
export const soundOf = (page: Page): Promise<Sound> =>
  page.evaluate(`(async () => {
    const all = { received: 0, sent: 0, heard: 0, spoken: 0 }
    for (const connection of window.connections)
      for (const s of (await connection.getStats()).values()) {
        if (s.type === 'inbound-rtp') { all.received += s.packetsReceived; all.heard += s.totalAudioEnergy ?? 0 }
        if (s.type === 'outbound-rtp') all.sent += s.packetsSent
        if (s.type === 'media-source') all.spoken += s.totalAudioEnergy ?? 0
      }
    return all
  })()`)

/** RTP packets that Asterisk got from a phone: what the agent said has left the browser and arrived. */
export async function packetsFrom(phone: string, asterisk: Pick<TestAsterisk, 'cli'>): Promise<number> {
  const rows = (await asterisk.cli('pjsip show channelstats')).split('\n')
  // BridgeId ChannelId UpTime Codec Count …: a long name runs into the next column
  const row = rows.find((line) => line.includes(`${phone}-`))
  return Number(/\d\d:\d\d:\d\d\s+\S+\s+(\d+)/.exec(row ?? '')?.[1] ?? 0)
}

/** Signs an agent in by the pages, as a person does, and waits until he can be reached. */
export async function signInAtDesk(
  page: Page,
  url: string,
  username: string,
  mode = '网页电话和文字',
): Promise<Page> {
  page.setDefaultTimeout(15_000)
  await page.addInitScript({ content: watchSound })
  await page.goto(`${url}/desk`)
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('button[type=submit]')
  await page.click(`text=${mode}`)
  await page.click('text=签入并开始接听')
  await page.waitForSelector('[data-test=presence]:has-text("空闲")').catch(async (late: Error) => {
    throw new Error(`${username} was not free: ${await page.innerText('body')}`, { cause: late })
  })
  if (mode.startsWith('网页电话')) await page.waitForSelector('[data-test=phone]:has-text("电话就绪")')
  return page
}

/** The number that this sign-in is bound to. */
export async function phoneOf(db: Db, username: string): Promise<string> {
  const [row] = await db.query<{ phone: string }>(
    `select a.phone from agents a join staff s on s.id = a.agent_id where s.username = $1`,
    [username],
  )
  return row?.phone ?? ''
}

export const choose = (page: Page, label: string): Promise<void> =>
  page.click(`.el-radio:has-text("${label}")`)

export async function pick(page: Page, field: string, option: string): Promise<void> {
  await page.click(`[data-field=${field}] .el-select`)
  await page.click(`.el-select-dropdown__item:visible:has-text("${option}")`)
}

export type Focus = { field: string | null; value: string; caret: number }
/** Where the caret is, and in what text. */
export const focusOf = (page: Page): Promise<Focus> =>
  page.evaluate(`(() => {
    const e = document.activeElement
    return { field: e.closest('[data-field]')?.dataset.field ?? null, value: e.value ?? '', caret: e.selectionStart ?? -1 }
  })()`)

/** What axe-core finds of weight: WCAG 2.1 A and AA. */
export async function seriousFlaws(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`))
}

/** CSS pixels by which the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
