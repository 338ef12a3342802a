import { AxeBuilder } from '@axe-core/playwright'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProgressAnswer, ProgressTold } from '../../src/channels/progress.ts'
import { progressRoutes } from '../../src/channels/web/progress-routes.ts'
import { problems } from '../../src/http/problems.ts'
import { closeContext, startBrowser, type DeskBrowser } from '../support/browser.ts'
import { overflow } from '../support/desk-page.ts'

/** The public page of progress as citizens meet it: without scripts, by keyboard, on small screens, magnified. */
let app: FastifyInstance
let browser: DeskBrowser
let url: string
let answer: ProgressAnswer

const told: ProgressTold = {
  number: 'AS2603024816539',
  title: '幸福小区东门路灯不亮',
  raisedAt: '2026-03-02T10:00:00+08:00',
  state: 'dispatched',
  acceptance: '已受理',
  unit: '路灯管理处',
  progress: '承办单位办理中',
  due: '2026-03-10T00:00:00+08:00',
  cite: '《鞍山市群众诉求办理条例》第十八条第一款',
  result: null,
}

const looks = [
  {
    at: '2026-03-03T09:30:00+08:00',
    action: '查看',
    role: '承办单位',
    unit: '路灯管理处',
    fields: ['诉求内容', '姓名住址（隐去部分）'],
  },
]

beforeAll(async () => {
  app = Fastify()
  await app.register(problems)
  await app.register(rateLimit, { global: true, max: 10_000, timeWindow: 60_000 })
  await app.register(progressRoutes, {
    ask: async () => answer,
    ledgerOf: async () => looks,
    ways: { prefix: 'AS', hotline: '12345 或 8890', progressNumber: '12399', byText: ['sms', 'wechat'] },
    mostPerMinute: 1_000,
  })
  url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/progress`
  browser = await startBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await app?.close()
})
beforeEach(() => void (answer = { type: 'found', progress: told }))

async function visit<T>(look: (page: Page) => Promise<T>, options: { scripts?: boolean } = {}): Promise<T> {
  const context: BrowserContext = await browser.browser.newContext({
    locale: 'zh-CN',
    viewport: { width: 1280, height: 800 },
    javaScriptEnabled: options.scripts ?? true,
  })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(url)
    return await look(page)
  } finally {
    await closeContext(context)
  }
}

async function ask(page: Page, number = told.number, lastFour = '1234'): Promise<string> {
  await page.fill('#number', number)
  await page.fill('#lastFour', lastFour)
  await page.click('button')
  await page.waitForSelector('#answer')
  return (await page.textContent('main')) ?? ''
}

/** Everything axe-core finds by WCAG 2.2, the enhanced contrast of level AAA included. */
async function flaws(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`))
}

describe('the page of progress', () => {
  it('works without scripts and by the keyboard alone, and puts no number into the address', async () => {
    await visit(
      async (page) => {
        await page.keyboard.press('Tab')
        await page.keyboard.type(told.number)
        await page.keyboard.press('Tab')
        await page.keyboard.type('1234')
        await page.keyboard.press('Enter')
        await page.waitForSelector('#answer')
        const text = (await page.textContent('main')) ?? ''
        for (const part of ['已受理', '路灯管理处', '承办单位办理中', '2026年3月9日', '第十八条'])
          expect(text).toContain(part)
        expect(page.url()).toBe(url)
        expect(await page.title()).toContain(told.number)
      },
      { scripts: false },
    )
  })

  it('shows who looked at the order to whoever asks for that too', async () => {
    await visit(
      async (page) => {
        await page.fill('#number', told.number)
        await page.fill('#lastFour', '1234')
        await page.getByLabel('同时显示谁查看过这张办理单').check()
        await page.click('button')
        const list = await page.locator('section[aria-labelledby=looks]').innerText()
        expect(list).toContain('路灯管理处（承办单位），查看：诉求内容、姓名住址（隐去部分）')
        expect(list).not.toContain('false')
      },
      { scripts: false },
    )
  })

  it('leads to the field that is wrong', async () => {
    await visit(async (page) => {
      const text = await ask(page, told.number, '12')
      expect(text).toContain('请补充内容')
      expect(await flaws(page)).toEqual([])
      await page.click('a[href="#lastFour"]')
      expect(await page.evaluate('document.activeElement.id')).toBe('lastFour')
      expect(await page.getAttribute('#lastFour', 'aria-invalid')).toBe('true')
      expect(await page.inputValue('#number')).toBe(told.number)
    })
  })

  it.each<[string, ProgressAnswer, string]>([
    ['an answer', { type: 'found', progress: { ...told, result: '路灯已修复。' } }, '办理结果'],
    ['nothing found', { type: 'none' }, '没有查到'],
    ['a lock', { type: 'locked', waitMs: 900_000 }, '15 分钟'],
  ])('can be used by everybody: %s', async (_what, given, words) => {
    answer = given
    await visit(async (page) => {
      expect(await flaws(page)).toEqual([])
      expect(await ask(page)).toContain(words)
      expect(await flaws(page)).toEqual([])
      // Whoever listens to the page hears the answer first.
      expect(await page.evaluate('document.activeElement.id')).toBe('answer')
    })
  })

  it('fits a narrow screen and a page that is magnified four times', async () => {
    await visit(async (page) => {
      await page.setViewportSize({ width: 320, height: 640 })
      await ask(page)
      expect(await overflow(page)).toBeLessThanOrEqual(0)
    })
  })

  it('has large type and targets', async () => {
    await visit(async (page) => {
      const size = (selector: string): Promise<{ font: number; height: number }> =>
        page.evaluate(`(() => {
          const e = document.querySelector('${selector}')
          return { font: parseFloat(getComputedStyle(e).fontSize), height: e.getBoundingClientRect().height }
        })()`)
      for (const selector of ['#number', '#lastFour', 'button']) {
        const { font, height } = await size(selector)
        expect(font).toBeGreaterThanOrEqual(20)
        expect(height).toBeGreaterThanOrEqual(44)
      }
      expect((await size('.hint')).font).toBeGreaterThanOrEqual(20)
    })
  })
})
