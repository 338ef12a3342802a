import { describe, expect, it } from 'vitest'
import { openStates, orderStates } from '../../../src/work-orders/model.ts'
import { orderStateTone, orderStateWord } from '../../../web/src/desk/labels.ts'

describe('the state of an order, as the desk shows it', () => {
  it.each(orderStates)('has a word: %s', (state) => {
    expect(orderStateWord(state)).toMatch(/^[\u4e00-\u9fff，]+$/)
  })

  it('stands out exactly while something is owed to the requester', () => {
    expect(orderStates.filter((state) => orderStateTone(state) === 'run')).toEqual(openStates)
  })
})
