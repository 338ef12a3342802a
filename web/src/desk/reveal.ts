import { defineStore } from 'pinia'
import { ref, shallowReactive } from 'vue'
import { useDesk } from './desk-store.ts'

/** A number stays open this long; the view was recorded, and nobody needs it on the screen all day. */
const openMs = 60_000

/** Full numbers, shown for a reason that the server records. Kept in memory only. */
export const useReveal = defineStore('reveal', () => {
  const desk = useDesk()
  const asking = ref<string | null>(null)
  const shown = shallowReactive(new Map<string, string>())

  return {
    asking,
    numberOf: (contactId: string): string | undefined => shown.get(contactId),
    open: (contactId: string) => (asking.value = contactId),
    close: () => (asking.value = null),
    async confirm(contactId: string, reason: string): Promise<void> {
      const { done, data } = await desk.ask(`reveal:${contactId}`, { type: 'reveal', contactId, reason })
      if (!done) return
      asking.value = null
      const { address } = (data ?? {}) as { address?: string | null }
      if (!address) return desk.tell('warning', '这个联络没有可显示的号码。')
      shown.set(contactId, address)
      window.setTimeout(() => shown.delete(contactId), openMs)
    },
  }
})
