import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import { useDesk } from './desk-store.ts'
import { find } from './state.ts'

/**
 * The contact that stood there when a dialog was opened. What comes from the server meanwhile may bring another one to
 * the front, and a referral must not go to him.
 * @returns undefined when it has left the desk
 */
export function useFrozenContact(open: Ref<boolean>): ComputedRef<DeskContact | undefined> {
  const desk = useDesk()
  const id = ref<string | null>(null)
  // At the very moment: one turn later it may be somebody else.
  watch(
    open,
    (now) => {
      if (now) id.value = desk.state.selectedId
    },
    { flush: 'sync', immediate: true },
  )
  return computed(() => find(desk.state, id.value))
}
