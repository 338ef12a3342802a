import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { request } from '../session/session.ts'
import {
  catalogueOf,
  type Catalogue,
  type Choice,
  type EmergencyNumber,
  type StatuteDocument,
} from './catalogue.ts'

/** The city's statute and its units, fetched once per sign-in. */
export const useCatalogue = defineStore('catalogue', () => {
  const catalogue = shallowRef<Catalogue | null>(null)
  const problem = ref<string | null>(null)
  const units = shallowRef<Choice[]>([])

  async function loadUnits(): Promise<void> {
    const answer = await request<{ items: { code: string; name: string }[] }>('GET', '/api/units')
    if (answer.ok) units.value = answer.data.items.map(({ code, name }) => ({ code, label: name }))
  }

  /** The statute names the numbers, the centre keeps them; until its list is here, the statute's own will do. */
  const kept = shallowRef<EmergencyNumber[]>([])
  async function loadNumbers(): Promise<void> {
    const answer = await request<{ items: (EmergencyNumber & { emergency: boolean })[] }>(
      'GET',
      '/api/referral-numbers',
    )
    if (answer.ok) kept.value = answer.data.items.filter((n) => n.emergency)
  }

  return {
    emergencyNumbers: computed(() =>
      kept.value.length > 0 ? kept.value : (catalogue.value?.emergencyNumbers ?? []),
    ),
    units,
    catalogue,
    problem,
    async load(): Promise<void> {
      if (catalogue.value) return
      void loadUnits()
      void loadNumbers()
      const place = await request<{ city: string }>('GET', '/desk/settings.json')
      const answer = place.ok
        ? await request<StatuteDocument>('GET', `/api/statutes/${encodeURIComponent(place.data.city)}`)
        : place
      problem.value = answer.ok ? null : answer.problem.title
      if (answer.ok) catalogue.value = catalogueOf(answer.data)
    },
  }
})
