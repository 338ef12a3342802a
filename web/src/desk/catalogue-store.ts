import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { request } from '../session/session.ts'
import { catalogueOf, type Catalogue, type Choice, type StatuteDocument } from './catalogue.ts'

/** The city's statute and its units, fetched once per sign-in. */
export const useCatalogue = defineStore('catalogue', () => {
  const catalogue = shallowRef<Catalogue | null>(null)
  const problem = ref<string | null>(null)
  const units = shallowRef<Choice[]>([])

  async function loadUnits(): Promise<void> {
    const answer = await request<{ items: { code: string; name: string }[] }>('GET', '/api/units')
    if (answer.ok) units.value = answer.data.items.map(({ code, name }) => ({ code, label: name }))
  }

  return {
    units,
    catalogue,
    problem,
    async load(): Promise<void> {
      if (catalogue.value) return
      void loadUnits()
      const place = await request<{ city: string }>('GET', '/desk/settings.json')
      const answer = place.ok
        ? await request<StatuteDocument>('GET', `/api/statutes/${encodeURIComponent(place.data.city)}`)
        : place
      problem.value = answer.ok ? null : answer.problem.title
      if (answer.ok) catalogue.value = catalogueOf(answer.data)
    },
  }
})
