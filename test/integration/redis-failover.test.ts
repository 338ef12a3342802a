import { afterEach, expect, it } from 'vitest'
import { createLog } from '../../src/base/log.ts'
import { createJobs, type Jobs } from '../../src/queue/jobs.ts'
import { connectRedis } from '../../src/queue/redis.ts'
import { startRedisGroup, type RedisGroup } from '../support/redis-group.ts'
import { wait } from '../support/wait.ts'

let group: RedisGroup
let jobs: Jobs | null = null
afterEach(async () => {
  await jobs?.stop()
  await group.stop()
})

it('goes on at the replica that Sentinel promoted, jobs as well', async () => {
  group = await startRedisGroup()
  const [first, second] = group.servers
  const log = createLog('silent')
  const redis = connectRedis(group.url, 'matcher', log)
  jobs = createJobs({ redis: connectRedis(group.url, 'jobs', log), region: 'test', log })
  const done: string[] = []
  jobs.handle<{ n: string }>('maintenance', 'note', async ({ n }) => void done.push(n))
  jobs.start()
  const add = (n: string): Promise<boolean> =>
    jobs!.add('maintenance', 'note', { n }).then(
      () => true,
      () => false,
    )
  await wait(() => add('before'))
  await wait(() => done.includes('before'))
  expect(await redis.set('kept', 'here')).toBe('OK')
  await redis.wait(1, 1_000)

  await first.kill()
  await wait(async () => (await group.primary()) === second.port, 30_000)
  await wait(async () => (await redis.get('kept').catch(() => null)) === 'here', 20_000)
  await wait(() => add('after'))
  await wait(() => done.includes('after'))
  redis.disconnect()
}, 90_000)
