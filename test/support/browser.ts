import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

/** Debian's Chromium; `CHROMIUM` names another one. */
export const chromiumPath = (): string => process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export const hasChromium = (): boolean => existsSync(chromiumPath())

const flags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-component-update',
  '--disable-background-networking',
  '--no-first-run',
  '--lang=zh-CN',
  '--font-render-hinting=none',
  // A microphone that beeps once a second, allowed without asking, and sound without a gesture.
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Asterisk's own certificate is self-made.
  '--ignore-certificate-errors',
]

export type DeskBrowser = {
  browser: Browser
  /** A new profile: its own cookies and storage. 1366×768, the smallest desk. */
  newContext(): Promise<BrowserContext>
  newPage(): Promise<Page>
  close(): Promise<void>
}

/**
 * Starts one Chromium, bounded in time. `close` waits for the orderly end for a few seconds and then kills the one
 * process it started, by its pid.
 */
export async function startBrowser(): Promise<DeskBrowser> {
  const server = await chromium.launchServer({
    executablePath: chromiumPath(),
    args: flags,
    headless: true,
    timeout: 30_000,
  })
  const browser = await chromium.connect(server.wsEndpoint(), { timeout: 15_000 })
  const newContext = (): Promise<BrowserContext> =>
    browser.newContext({
      locale: 'zh-CN',
      viewport: { width: 1366, height: 768 },
      permissions: ['microphone', 'notifications'],
      ignoreHTTPSErrors: true,
    })
  return {
    browser,
    newContext,
    async newPage() {
      const page = await (await newContext()).newPage()
      page.setDefaultTimeout(15_000)
      return page
    },
    async close() {
      const pid = server.process().pid
      const orderly = browser.close().then(() => server.close())
      const late = new Promise<'late'>((resolve) => {
        setTimeout(() => resolve('late'), 5000).unref()
      })
      if ((await Promise.race([orderly.catch(() => 'late' as const), late])) === 'late' && pid)
        await server.kill()
    },
  }
}
