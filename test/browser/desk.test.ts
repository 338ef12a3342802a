import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { closeContext, startBrowser, type DeskBrowser } from '../support/browser.ts'
import {
  choose,
  focusOf,
  overflow,
  packetsFrom,
  phoneOf,
  pick,
  seriousFlaws,
  signInAtDesk,
  soundOf,
} from '../support/desk-page.ts'
import { startDeskStack, type DeskStack } from '../support/desk-stack.ts'
import { endAllSipp, placeCall, startPhones, type Call } from '../support/sipp.ts'

/** The desk as an agent uses it: real pages in a real browser, real SIP calls, a real gateway behind. */
let stack: DeskStack
let browser: DeskBrowser
let context: BrowserContext | undefined

beforeAll(async () => {
  ;[stack, browser] = await Promise.all([startDeskStack(), startBrowser()])
}, 120_000)
afterEach(async () => {
  await endAllSipp()
  await clearDesk()
  if (context) await closeContext(context)
})
afterAll(async () => {
  await browser?.close()
  await endAllSipp()
  await stack?.stop()
})

const patient = { timeout: 20_000, interval: 100 }

/**
 * The next test has the hotline to itself, with every phone of the pool: contacts end before their agent signs out,
 * because one who still holds a contact keeps his phone.
 */
async function clearDesk(): Promise<void> {
  const over = `update contacts set state = 'ended', "end" = 'failed', ended_at = clock_timestamp() where ended_at is null`
  await stack.db.query(over)
  await context?.request.delete(`${stack.url}/api/session`, { headers: { origin: stack.url } })
  await vi.waitFor(async () => {
    const left = await stack.db.query(`select 1 from agents where intent <> 'offline'`)
    expect(left).toEqual([])
  }, patient)
  await stack.db.query(over)
}

const agentAtDesk = async (username: string, mode?: string): Promise<Page> => {
  await stack.agent(username, `坐席${username}`)
  context = await browser.newContext()
  return signInAtDesk(await context.newPage(), stack.url, username, mode)
}

/** Sound flows both ways: the caller's tone is heard in the browser, the microphone's beeps reach Asterisk. */
async function bothHear(page: Page, phone: string): Promise<void> {
  const before = await soundOf(page)
  await vi.waitFor(async () => {
    const now = await soundOf(page)
    expect(now.received - before.received).toBeGreaterThan(50)
    expect(now.heard - before.heard).toBeGreaterThan(0.001)
    expect(now.sent - before.sent).toBeGreaterThan(50)
    expect(now.spoken - before.spoken).toBeGreaterThan(0.001)
    expect(await packetsFrom(phone, stack.asterisk)).toBeGreaterThan(50)
  }, patient)
  expect(await page.evaluate(`document.querySelector('audio').paused`)).toBe(false)
}

const call = (from: string): Promise<Call> => placeCall({ target: stack.asterisk.sip, to: '12345', from })

describe('a call', () => {
  it('is popped, answered in the browser, heard on both sides, and becomes one work order', async () => {
    const page = await agentAtDesk('call-story')
    const caller = await call('13800001001')

    // The pop is there with the ring: who, and what may be pressed.
    await page.waitForSelector('[data-test=offer]')
    const pop = await page.textContent('[data-test=offer]')
    expect(pop).toContain('138****1001')
    expect(pop).not.toContain('13800001001')
    expect(pop).toContain('首次联系')
    expect(await page.title()).toContain('来电')

    await page.keyboard.press('Alt+a')
    await page.waitForSelector('[data-test=presence]:has-text("通话中")')
    expect(await page.title()).not.toContain('来电')
    await bothHear(page, await phoneOf(stack.db, 'call-story'))

    await page.keyboard.press('Alt+m')
    await page.waitForSelector('text=取消静音')
    await page.keyboard.press('Alt+m')
    await page.keyboard.press('Alt+h')
    await page.waitForSelector('[data-test=presence]:has-text("保持中")')
    await page.keyboard.press('Alt+h')
    await page.waitForSelector('[data-test=presence]:has-text("通话中")')

    await choose(page, '求助')
    await page.fill('#title', '路灯不亮')
    await page.fill('#facts', '幸福小区东门路灯坏了一周，晚上老人走路危险。')
    await page.waitForSelector('[data-test=saved]:has-text("已保存")')

    await page.keyboard.press('Alt+e')
    await caller.ended
    await page.waitForSelector('[data-test=wrap-up]')

    // What the statute asks for is missing: the first gap gets the focus, nothing is registered yet.
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('text=请补充事项类别')
    expect((await focusOf(page)).field).toBe('category')
    await pick(page, 'category', '求助')
    await page.fill('#place', '铁东区湖南街幸福小区东门')
    await page.fill('#requesterName', '王秀兰')
    await page.fill('#requesterAddress', '铁东区湖南街 1 号')

    // Two presses, one order.
    await page.keyboard.press('Control+Enter')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('[data-test=registered]')
    const receipt = (await page.textContent('[data-test=registered]')) ?? ''
    const orders = await stack.db.query<{ number: string; title: string; missing: string[] }>(
      'select number, title, missing from work_orders',
    )
    expect(orders).toHaveLength(1)
    expect(orders[0]).toMatchObject({ title: '路灯不亮', missing: [] })
    expect(receipt).toContain(orders[0]?.number)
    await page.waitForSelector('[data-test=presence]:has-text("空闲")')
    expect(
      await page.evaluate('Object.keys(sessionStorage).filter((k) => k.startsWith("desk.draft"))'),
    ).toEqual([])
  })
})

describe('a call that goes on', () => {
  it('is not cut by a second page or by the end of the session, and is hung up by its own page', async () => {
    const page = await agentAtDesk('held-on')
    const caller = await call('13800001009')
    await page.waitForSelector('[data-test=offer]')
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('[data-test=presence]:has-text("通话中")')
    const phone = await phoneOf(stack.db, 'held-on')
    await bothHear(page, phone)

    const second = await page.context().newPage()
    await second.goto(`${stack.url}/desk`)
    await second.click('text=改在本页接听')
    await second.waitForSelector('[data-test=notice]:has-text("您正在另一个页面上通话")')
    await second.close()
    await page.bringToFront()

    await page.context().request.delete(`${stack.url}/api/session`, { headers: { origin: stack.url } })
    await page.waitForSelector('[data-test=held-call]')
    await bothHear(page, phone)
    expect(caller.records().some(({ what }) => what === 'was hung up on')).toBe(false)
    expect(await seriousFlaws(page)).toEqual([])
    await page.keyboard.press('Alt+e')
    await caller.ended
    await page.waitForSelector('#username')
  })
})

describe('an emergency', () => {
  it('is referred by two keys, and the agent leaves only when the far side has taken over', async () => {
    const { host, port } = stack.asterisk.emergency
    const line = await startPhones({ host, port, answerAfterMs: 600 })
    const page = await agentAtDesk('emergency')
    const caller = await call('13800001008')
    await page.waitForSelector('[data-test=offer]')
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('[data-test=presence]:has-text("通话中")')
    await bothHear(page, await phoneOf(stack.db, 'emergency'))

    // Out of a field, as in the midst of typing.
    await page.focus('#title')
    await page.keyboard.press('Alt+j')
    await page.keyboard.press('3')
    await page.waitForSelector('[data-test=referral] li.done:has-text("呼叫 120")')
    await line.record(({ what, detail }) => what === 'rings' && detail.startsWith('120'))
    // A reflex must not cut off a citizen in danger.
    await page.keyboard.press('Alt+e')
    await page.waitForSelector('[data-test=notice]:has-text("不能挂断")')
    await page.keyboard.press('Alt+t')
    await page.waitForSelector('[data-test=wrap-up]')
    // The agent is gone; citizen and emergency line still talk.
    expect(caller.records().some(({ what }) => what === 'was hung up on')).toBe(false)
    expect(line.records().some(({ what }) => what === 'was hung up on')).toBe(false)
    const [referral] = await stack.db.query<{ number: string; state: string; cite: string | null }>(
      'select number, state, cite from referrals order by created_at desc limit 1',
    )
    expect(referral).toMatchObject({ number: '120', state: 'takenOver' })
    expect(referral?.cite).toContain('第七条')
    await caller.hangUp()
  })
})

describe('a ring', () => {
  it('is painted at once and leaves value, focus and caret of the form alone, on a slow computer too', async () => {
    const page = await agentAtDesk('typing')
    await stack.sms('13800001002', '楼道灯坏了')
    await page.waitForSelector('[data-test=offer]')
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('form.form')
    await page.fill('#facts', '三单元楼道灯坏了')
    await page.evaluate(`document.querySelector('#facts').setSelectionRange(3, 3)`)
    const before = await focusOf(page)
    expect(before).toEqual({ field: 'facts', value: '三单元楼道灯坏了', caret: 3 })

    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    // Performance entries tell when the pop was painted; the message's own arrival is seen by the page's socket.
    await page.evaluate(`void (window.popped = new Promise((done) => new MutationObserver((_, o) => {
      if (!document.querySelector('[data-test=offer]')) return
      o.disconnect(); requestAnimationFrame(() => setTimeout(() => done(Date.now())))
    }).observe(document.body, { childList: true, subtree: true })))`)
    const caller = await call('13800001003')
    const painted = await page.evaluate<number>('window.popped')
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    const [offer] = await stack.db.query<{ at: Date }>('select max(offered_at) as at from offers')
    expect(painted - (offer?.at.getTime() ?? 0)).toBeLessThan(1000)

    expect(await focusOf(page)).toEqual(before)
    await page.keyboard.type('号')
    expect((await focusOf(page)).value).toBe('三单元号楼道灯坏了')

    // The drafts of both contacts stay apart and survive a reload.
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('[data-test=presence]:has-text("通话中")')
    await page.fill('#facts', '来电的另一件事')
    await page.keyboard.press('Alt+1')
    expect(await page.inputValue('#facts')).toBe('三单元号楼道灯坏了')
    await page.reload()
    await page.waitForSelector('form.form')
    await page.keyboard.press('Alt+1')
    await vi.waitFor(async () => expect(await page.inputValue('#facts')).toBe('三单元号楼道灯坏了'), patient)
    await caller.hangUp()
  })
})

describe('a conversation by text', () => {
  it('goes both ways, counts what is unread, and is settled while it is open', async () => {
    const page = await agentAtDesk('texting', '只接文字')
    await stack.sms('13800001004', '请问医保异地备案怎么办')
    await page.waitForSelector('[data-test=offer]')
    await page.click('[data-test=offer] .answer')
    await page.waitForSelector('.ln:has-text("医保异地备案")')
    await stack.sms('13800001005', '小区停水两天了')
    await page.waitForSelector('[data-test=offer]')
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('.ln:has-text("停水")')

    await stack.sms('13800001004', '我在外地')
    await page.waitForSelector('.ct:has-text("Alt+1") .unread, .ct .unread')
    await page.fill('#facts', '停水两天')
    await page.keyboard.press('Alt+1')
    await page.waitForSelector('.ln:has-text("我在外地")')
    // The caret's place is gone with the other form: the focus is where the work is, and says whose it is.
    expect(
      await page.evaluate(`document.activeElement.closest('.work') && document.activeElement.textContent`),
    ).toContain('138****1004')
    expect(await page.locator('.ct .unread').count()).toBe(0)

    await page.fill('.composer textarea', '您好，可以在网上办理。')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.ln.agent:has-text("可以在网上办理")')
    await vi.waitFor(() => {
      expect(stack.replies.some((r) => r.text.includes('可以在网上办理'))).toBe(true)
    }, patient)
    // What became of it is shown with the conversation, also by a page that opens anew.
    await page.reload()
    await page.keyboard.press('Alt+1')
    await page.waitForSelector('.ln.agent .state:has-text("已发送"), .ln.agent .state:has-text("已送达")')

    await choose(page, '当场答复')
    await choose(page, '咨询')
    await page.fill('#answer', '可以在网上办理异地就医备案。')
    await page.fill('#lacking', '异地就医备案')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('[data-test=registered]')
    const [contact] = await stack.db.query<{ end: string }>(
      `select c."end" from contacts c join registrations r on r.contact_id = c.id where c.channel = 'sms' limit 1`,
    )
    expect(contact?.end).toBe('completed')
  })
})

describe('the page itself', () => {
  it('needs no horizontal scroll at 1366×768, shows the submit button, and has no serious accessibility flaw', async () => {
    const page = await agentAtDesk('looking')
    expect(await seriousFlaws(page)).toEqual([])
    await stack.sms('13800001006', '路灯坏了')
    await page.waitForSelector('[data-test=offer]')
    expect(await seriousFlaws(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('form.form')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.missing')
    expect(await seriousFlaws(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    const submit = await page.locator('form.form button[type=submit]').boundingBox()
    expect(submit && submit.y + submit.height).toBeLessThanOrEqual(768)
    await page.keyboard.press('Alt+j')
    await page.waitForSelector('.el-dialog')
    expect(await seriousFlaws(page)).toEqual([])
  })

  it('gives the phone to one tab only, and says so in the other', async () => {
    const first = await agentAtDesk('two-tabs')
    const second = await first.context().newPage()
    await second.goto(`${stack.url}/desk`)
    await second.waitForSelector('[data-test=other-tab]')
    await second.click('text=改在本页接听')
    await first.waitForSelector('text=工作台已在另一个标签页打开')
    await second.waitForSelector('[data-test=phone]:has-text("电话就绪")')
  })
})

describe('without the gateway', () => {
  it('the desk says so within three seconds, still answers Asterisk’s own queue, and finds its notes afterwards', async () => {
    const page = await agentAtDesk('alone')
    const phone = await phoneOf(stack.db, 'alone')
    const held = await call('13800001007')
    await page.waitForSelector('[data-test=offer]')
    await stack.killGateway()
    await page.waitForSelector('[data-test=reconnect]', { timeout: 3000 })
    await page.waitForSelector('[data-test=phone]:has-text("备用线路")')

    await page.waitForSelector('[data-test=own-call]', { timeout: 40_000 })
    await page.keyboard.press('Alt+a')
    await page.waitForSelector('[data-test=own-call] textarea')
    await bothHear(page, phone)
    await page.fill('[data-test=own-call] textarea', '张先生反映停暖')
    await page.keyboard.press('Alt+e')
    await held.ended

    await stack.restartGateway()
    await page.waitForSelector('[data-test=reconnect]', { state: 'detached', timeout: 30_000 })
    await page.click('.ct.owed', { timeout: 40_000 })
    expect(await page.inputValue('#facts')).toBe('张先生反映停暖')
  })
})
