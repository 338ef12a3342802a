import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { request } from '../session/session.ts'
import { catalogueOf, type Catalogue, type StatuteDocument } from './catalogue.ts'

/** The city's statute, fetched once per sign-in. */
export const useCatalogue = defineStore('catalogue', () => {
  const catalogue = shallowRef<Catalogue | null>(null)
  const problem = ref<string | null>(null)
  return {
    catalogue,
    problem,
    async load(): Promise<void> {
      if (catalogue.value) return
      const place = await request<{ city: string }>('GET', '/desk/settings.json')
      const answer = place.ok
        ? await request<StatuteDocument>('GET', `/api/statutes/${encodeURIComponent(place.data.city)}`)
        : place
      problem.value = answer.ok ? null : answer.problem.title
      if (answer.ok) catalogue.value = catalogueOf(answer.data)
    },
  }
})
