import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/**
 * Writes how many tests passed (at once, or at the second try) and failed to the file named by `HOTLINE_TEST_COUNTS`, so that `./hotline test` can end
 * with that line whatever else is printed. A file that could not be loaded and an error outside any test count as one
 * failure each: neither may look like success.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env['HOTLINE_TEST_COUNTS']
    if (file === undefined) return
    let passed = 0
    let failed = unhandled.length
    let skipped = 0
    let flaky = 0
    for (const module of modules) {
      let own = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (test.diagnostic()?.flaky) flaky += 1
        if (state === 'passed') passed += 1
        else if (state === 'failed') own += 1
        else skipped += 1
      }
      failed += own === 0 && module.state() === 'failed' ? 1 : own
    }
    writeFileSync(file, JSON.stringify({ passed, failed, skipped, flaky }))
  }
}
