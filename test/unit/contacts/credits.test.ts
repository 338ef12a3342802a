import { describe, expect, it } from 'vitest'
import { creditOf, credits, queueScore, type Standing } from '../../../src/contacts/model.ts'

describe('a place in the queue', () => {
  it.each<[string, Standing, number]>([
    ['danger', { emergency: true, care: true }, credits.lifeOrProperty],
    ['a harassing sender in danger', { emergency: true, harassing: true }, credits.lifeOrProperty],
    ['a harassing sender', { harassing: true, care: true, urgent: true }, credits.harassing],
    ['an urgent situation', { urgent: true, care: true }, credits.urgentSituation],
    ['somebody old, under age or disabled', { care: true, abandonedBefore: true }, credits.care],
    ['somebody who gave up before', { abandonedBefore: true }, credits.abandonedBefore],
    ['anybody else', {}, 0],
  ])('%s', (_who, standing, credit) => {
    expect(creditOf(standing)).toBe(credit)
  })

  it('第九条: nobody who waits longer than the credit is overtaken', () => {
    const at = (ms: number, standing: Standing) =>
      queueScore({ receivedAt: new Date(ms), creditMs: creditOf(standing) })
    expect(at(credits.care - 1, { care: true })).toBeLessThan(at(0, {}))
    expect(at(credits.care + 1, { care: true })).toBeGreaterThan(at(0, {}))
  })
})
