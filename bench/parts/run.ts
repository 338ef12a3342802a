import { useRun } from '../../test/support/run.ts'

/**
 * Lets a benchmark use the real parts of the tests (`startHotline`, `freshDatabase`, `startTestAsterisk`, …) on the
 * services that `./hotline bench` brought up.
 */
export function onBenchServices(): void {
  const postgresUrl = process.env['DATABASE_URL']
  const folder = process.env['BENCH_FOLDER']
  if (!postgresUrl || !folder) throw new Error('./hotline bench NAME brings up what a benchmark needs')
  useRun({ postgresUrl, folder })
}
