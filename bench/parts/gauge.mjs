import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Session } from 'node:inspector'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Loaded into a process that is measured, beside its own program (`gauged` in gauges.ts): answers on a Unix socket how
 * much memory is held after a full collection, which no figure from outside can tell. Plain JavaScript: a loader of
 * TypeScript would be measured along.
 */
const path = process.env['BENCH_GAUGE']
if (path) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const profiler = new Session()
  const server = createServer((request, answer) => {
    if (request.url === '/profile') {
      profiler.connect()
      profiler.post('Profiler.enable')
      profiler.post('Profiler.start', () => answer.end())
      return
    }
    if (request.url?.startsWith('/profiled?')) {
      const file = decodeURIComponent(request.url.slice('/profiled?'.length))
      profiler.post('Profiler.stop', (_error, { profile }) => {
        writeFileSync(file, JSON.stringify(profile))
        profiler.disconnect()
        answer.end()
      })
      return
    }
    if (request.url?.startsWith('/heap?')) {
      answer.end(writeHeapSnapshot(decodeURIComponent(request.url.slice('/heap?'.length))))
      return
    }
    if (request.url === '/collected') for (let n = 0; n < 3; n += 1) collect()
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const reading = {
      rss,
      heapUsed,
      heapTotal,
      external,
      arrayBuffers,
      cpuMs: (user + system) / 1_000,
      delayP99Ms: delay.percentile(99) / 1e6,
    }
    delay.reset()
    answer.end(JSON.stringify(reading))
  })
  server.on('error', () => {})
  server.listen(path)
  server.unref()
}
