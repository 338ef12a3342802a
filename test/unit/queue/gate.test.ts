import { describe, expect, it } from 'vitest'
import { createGate, createLatest } from '../../../src/queue/gate.ts'

/** Work that ends when the test says so. */
function controlled() {
  const open: { key: string; end: () => void; fail: (error: Error) => void }[] = []
  const work = (key: string) =>
    new Promise<void>((end, fail) => {
      open.push({ key, end, fail })
    })
  return { open, work }
}

const settled = () => new Promise<void>((done) => setImmediate(done))

describe('a gate', () => {
  it('lets so many in and the others in their order', async () => {
    const { open, work } = controlled()
    const gate = createGate(2)
    const all = ['a', 'b', 'c', 'd'].map((key) => gate(() => work(key)))
    await settled()
    expect(open.map((o) => o.key)).toEqual(['a', 'b'])
    open[1]!.fail(new Error('no'))
    await expect(all[1]).rejects.toThrow('no')
    await settled()
    expect(open.map((o) => o.key)).toEqual(['a', 'b', 'c'])
    open[0]!.end()
    open[2]!.end()
    await settled()
    open[3]!.end()
    await Promise.all([all[0], all[2], all[3]])
  })
})

describe('the latest run', () => {
  it('answers a burst with two runs, the second begun after every call', async () => {
    const { open, work } = controlled()
    const latest = createLatest(work)
    const first = latest('a')
    const burst = [latest('a'), latest('a'), latest('a')]
    await settled()
    expect(open).toHaveLength(1)
    open[0]!.end()
    await first
    await settled()
    expect(open).toHaveLength(2)
    open[1]!.end()
    await Promise.all(burst)
    await settled()
    expect(open).toHaveLength(2)
  })

  it('goes on after a failure, which only those hear who waited for that run', async () => {
    const { open, work } = controlled()
    const latest = createLatest(work)
    const [first, second] = [latest('a'), latest('a')]
    open[0]!.fail(new Error('down'))
    await expect(first).rejects.toThrow('down')
    await settled()
    open[1]!.end()
    await expect(second).resolves.toBeUndefined()
    void latest('a')
    expect(open).toHaveLength(3)
  })

  it('keeps keys apart', () => {
    const { open, work } = controlled()
    const latest = createLatest(work)
    void latest('a')
    void latest('b')
    expect(open.map((o) => o.key)).toEqual(['a', 'b'])
  })
})
