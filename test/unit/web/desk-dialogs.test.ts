import { reactive, ref, type ComputedRef, type Ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import { digitOf } from '../../../web/src/desk/keys.ts'
import { emptyDesk } from '../../../web/src/desk/state.ts'
import { deskContact } from '../../support/desk-contact.ts'

const desk = reactive({ state: { ...emptyDesk } })
vi.mock('../../../web/src/desk/desk-store.ts', () => ({ useDesk: () => desk }))
// By a name only: the types of a page know the browser, those of the tests do not.
const page = '../../../web/src/desk/frozen-contact.ts'
const { useFrozenContact } = (await import(page)) as {
  useFrozenContact: (open: Ref<boolean>) => ComputedRef<DeskContact | undefined>
}

const [one, two] = [deskContact(), deskContact({ id: 'c2' })]

describe('a dialog about a contact', () => {
  it('stays with the one that stood there when it was opened', () => {
    desk.state = { ...emptyDesk, contacts: [one, two], selectedId: 'c1' }
    const open = ref(false)
    const contact = useFrozenContact(open)
    open.value = true
    desk.state = { ...desk.state, selectedId: 'c2' }
    expect(contact.value?.id).toBe('c1')
    // A snapshot without it: nothing is done for anybody else.
    desk.state = { ...desk.state, contacts: [two] }
    expect(contact.value).toBeUndefined()
    open.value = false
    open.value = true
    expect(contact.value?.id).toBe('c2')
  })

  it('about an emergency hears digits from wherever the focus was, and leaves its own field alone', () => {
    const digit = { key: '3', alt: false, ctrl: false, composing: false, ownField: false }
    expect(digitOf(digit)).toBe(2)
    expect(digitOf({ ...digit, ownField: true })).toBeNull()
    expect(digitOf({ ...digit, key: '0' })).toBeNull()
    expect(digitOf({ ...digit, alt: true })).toBeNull()
    expect(digitOf({ ...digit, key: 'a' })).toBeNull()
  })
})
