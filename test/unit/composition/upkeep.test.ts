import { expect, it, vi } from 'vitest'
import type { Log } from '../../../src/base/log.ts'
import { createUpkeep } from '../../../src/composition/upkeep.ts'

it('tells of rounds that fail once for each outage, and when they work again', async () => {
  const lines: string[] = []
  const said = (level: string) => (_data: unknown, words: string) => void lines.push(`${level}: ${words}`)
  const log = { warn: said('warn'), info: said('info'), debug: said('debug') } as unknown as Log
  let turn = 0
  const upkeep = createUpkeep(log)
  upkeep.every(1, 'work', async () => {
    turn += 1
    if (turn <= 3 || turn === 6) throw new Error('PostgreSQL is away')
  })
  await vi.waitFor(() => expect(turn).toBeGreaterThan(7))
  await upkeep.stop()
  const outage = ['warn: round failed; it comes again', 'info: rounds work again']
  expect(lines).toEqual([...outage, ...outage])
})
