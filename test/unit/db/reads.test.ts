import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createReads } from '../../../src/db/reads.ts'

/** A table that answers when it is told to. */
function table(rows: Record<string, string>) {
  const asked: string[][] = []
  const answers: (() => void)[] = []
  const some = (keys: string[]): Promise<Map<string, string>> =>
    new Promise((done, fail) => {
      asked.push(keys)
      // As they stand when the reading begins.
      const found = new Map(
        keys.flatMap((key) => (rows[key] === undefined ? [] : [[key, rows[key]] as const])),
      )
      answers.push(() => {
        const wrong = Object.assign(new pg.DatabaseError('no uuid', 0, 'error'), { code: '22P02' })
        if (keys.includes('wrong')) fail(wrong)
        else done(found)
      })
    })
  const answer = async (): Promise<void> => {
    await new Promise(setImmediate)
    for (const each of answers.splice(0)) each()
    await new Promise(setImmediate)
  }
  return { asked, some, answer, rows }
}

describe('reads by key', () => {
  it('that come in the same moment are one statement, each key once; what is not there is null', async () => {
    const t = table({ a: '1', b: '2' })
    const read = createReads(t.some)
    const all = Promise.all([read('a'), read('b'), read('a'), read('c')])
    await t.answer()
    expect(await all).toEqual(['1', '2', '1', null])
    expect(t.asked).toEqual([['a', 'b', 'c']])
  })

  it('are never answered by a statement that began before they asked', async () => {
    const t = table({ a: 'old' })
    const read = createReads(t.some)
    const before = read('a')
    await new Promise(setImmediate)
    t.rows['a'] = 'new'
    const after = read('a')
    await t.answer()
    await t.answer()
    expect(await Promise.all([before, after])).toEqual(['old', 'new'])
  })

  it('of a wrong key fail alone', async () => {
    const t = table({ a: '1' })
    const read = createReads(t.some)
    const all = Promise.allSettled([read('a'), read('wrong'), read('a')])
    for (let n = 0; n < 8; n++) await t.answer()
    expect((await all).map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
