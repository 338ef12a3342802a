import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createBatcher } from '../../../src/base/batcher.ts'

type Item = { n: number; sender: string; bad: boolean }

class Fault extends Error {}

describe('a batcher', () => {
  it('writes together what arrives together, and the rest while that is under way', async () => {
    const batches: number[][] = []
    let release: () => void = () => {}
    const batcher = createBatcher(
      async (items: number[]) => {
        batches.push(items)
        await new Promise<void>((go) => (release = go))
        return items
      },
      { max: 10, inFlight: 1 },
    )
    const first = [1, 2, 3].map((n) => batcher.add(n))
    await turn()
    const second = [4, 5].map((n) => batcher.add(n))
    await turn()
    expect(batches).toEqual([[1, 2, 3]])
    release()
    await Promise.all(first)
    await turn()
    release()
    expect(await Promise.all(second)).toEqual([4, 5])
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
  })

  it('fails a batch as a whole when none of its items is at fault', async () => {
    const batcher = createBatcher(async (): Promise<number[]> => Promise.reject(new Error('away')), {
      max: 10,
      inFlight: 1,
      isItemFault: (error) => error instanceof Fault,
    })
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => batcher.add(n)))
    expect(outcomes.map((o) => o.status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('answers each item once and after its commit, keeps the order of each sender, and lets only bad items fail', async () => {
    const items = fc.array(
      fc.record({
        sender: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        bad: fc.nat(9).map((n) => n === 0),
        pause: fc.boolean(),
      }),
      { maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(
        items,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 3 }),
        fc.scheduler(),
        async (wanted, max, inFlight, s) => {
          const committed: Item[] = []
          const underWay = new Set<string>()
          let running = 0
          const batcher = createBatcher(
            async (batch: Item[]) => {
              expect(batch.length).toBeLessThanOrEqual(max)
              expect((running += 1)).toBeLessThanOrEqual(inFlight)
              const senders = new Set(batch.map((i) => i.sender))
              for (const sender of senders) expect(underWay.has(sender)).toBe(false)
              for (const sender of senders) underWay.add(sender)
              try {
                await s.schedule(Promise.resolve())
                if (batch.some((i) => i.bad)) throw new Fault()
                committed.push(...batch)
                return batch.map((i) => i.n)
              } finally {
                running -= 1
                for (const sender of senders) underWay.delete(sender)
              }
            },
            { max, inFlight, keyOf: (i) => i.sender, isItemFault: (error) => error instanceof Fault },
          )
          const answers: Promise<'fine' | 'failed'>[] = []
          for (const [n, { sender, bad, pause }] of wanted.entries()) {
            answers.push(
              batcher.add({ n, sender, bad }).then(
                (answer) => {
                  expect(answer).toBe(n)
                  expect(committed.some((i) => i.n === n)).toBe(true)
                  return 'fine'
                },
                (error: unknown) => {
                  expect(error).toBeInstanceOf(Fault)
                  return 'failed'
                },
              ),
            )
            if (pause) await turn()
          }
          const all = Promise.all(answers)
          let over = false
          void all.finally(() => (over = true)).catch(() => {})
          while (!over) {
            await turn()
            if (s.count() > 0) await s.waitOne()
          }
          expect(await all).toEqual(wanted.map(({ bad }) => (bad ? 'failed' : 'fine')))
          expect(committed.length).toBe(wanted.filter(({ bad }) => !bad).length)
          for (const sender of ['a', 'b', 'c', 'd', 'e']) {
            const own = committed.filter((i) => i.sender === sender).map((i) => i.n)
            expect(own).toEqual([...own].sort((x, y) => x - y))
          }
          expect(batcher.depth()).toBe(0)
        },
      ),
      { numRuns: 150 },
    )
  })
})
