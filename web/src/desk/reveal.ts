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
      const { addresses = [] } = (data ?? {}) as { addresses?: { address: string; status: string }[] }
      const best = addresses.find((a) => a.status === 'verified') ?? addresses[0]
      if (!best) return desk.tell('warning', '这位诉求人没有留下电话号码。')
      // A number that he only typed may be anybody's.
      shown.set(contactId, best.status === 'verified' ? best.address : `${best.address}（自述，未核实）`)
      window.setTimeout(() => shown.delete(contactId), openMs)
    },
  }
})
