import { describe, expect, it } from 'vitest'
import { demoLimits, limitsSetting } from '../../../services/demo/limits.ts'
import { someMatter } from '../../../services/demo/matters.ts'
import { categoryOf, dispatchOf, kindOf, outcomesFor } from '../../../services/demo/outcomes.ts'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import { statuteLimits } from '../../../src/config/limits.ts'
import { statuteOf, statuteSlugs } from '../../../src/statutes/registry.ts'
import { valueOf } from '../../../src/statutes/types.ts'

const contact = { channel: 'wechat', messages: [] } as unknown as DeskContact

describe.each(statuteSlugs())('the demo with %s', (slug) => {
  const statute = statuteOf(slug)
  const { acceptance, dispatch } = statute.topics

  it('sets every limit that the city would have to set', () => {
    const problems: string[] = []
    const limits = statuteLimits(limitsSetting(demoLimits(statute)), slug, problems)
    expect(problems).toEqual([])
    expect(Object.keys(limits)).toEqual(slug === 'baiyin-2024' ? ['BY24-D04', 'BY24-D05'] : [])
  })

  it('registers kinds, categories, classes and situations that the statute knows', () => {
    const kinds = valueOf(acceptance.kinds, []).map(({ code }) => code)
    const categories = valueOf(acceptance.categories, []).map(({ code }) => code)
    const classes = valueOf(dispatch.classes, []).map(({ code }) => code)
    const situations = valueOf(dispatch.urgentSituations, []).map(({ code }) => code)
    for (let n = 0; n < 300; n++) {
      const matter = someMatter()
      const kind = kindOf(matter, statute)
      expect(kinds).toContain(kind)
      const { category } = categoryOf(kind, statute)
      if (categories.length === 0) expect(category).toBeUndefined()
      else expect(categories).toContain(category)
      const { class: handlingClass, urgentSituation } = dispatchOf(matter, kind, statute)
      if (classes.length === 0) expect(handlingClass).toBeUndefined()
      else expect(classes).toContain(handlingClass)
      if (urgentSituation !== undefined) expect(situations).toContain(urgentSituation)
    }
  })

  it('misses nothing that the statute demands, unless the agent forgets the requester', () => {
    const orders = Array.from({ length: 300 }, () => outcomesFor(contact, statute)[0]).flatMap((outcome) =>
      outcome?.type === 'workOrder' ? [outcome] : [],
    )
    expect(orders.length).toBeGreaterThan(0)
    for (const order of orders) {
      expect(order.kind && order.place && order.facts).toBeTruthy()
      expect(order.category === undefined).toBe(acceptance.categories.basis === 'silent')
      const { name, contact: given, home } = order.requester
      if (name === undefined) continue
      expect(given).toMatch(/^1380000\d{4}$/)
      expect(order.confidentialityWish).toBeTruthy()
      expect(home === undefined).toBe(acceptance.elements.requesterAddress.basis === 'silent')
    }
  })
})

describe('a category', () => {
  it.each([
    ['anshan-2019', 'help', [2]],
    ['anshan-2019', 'complaint', [3]],
    ['anshan-draft', 'complaint', [1, 2, 3, 4, 5]],
    ['dandong-first-asked', 'consultation', [1]],
    ['dandong-first-asked', 'help', [2, 3]],
    ['dandong-first-asked', 'complaint', [4]],
    ['dandong-first-asked', 'suggestion', [5]],
  ] as const)('of %s for %s is one of %o', (slug, kind, codes) =>
    expect(codes).toContain(categoryOf(kind, statuteOf(slug)).category),
  )
})

describe('丹东 第十七条', () => {
  it('a lift that stands still is telephoned, where the statute knows it', () => {
    const lift = { urgentNumber: 3 }
    expect(dispatchOf(lift, 'help', statuteOf('dandong-first-asked')).urgentSituation).toBe('lift')
    expect(dispatchOf(lift, 'help', statuteOf('anshan-2019')).urgentSituation).toBeUndefined()
  })
})
