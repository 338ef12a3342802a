import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { requireRole } from '../staff/guard.ts'
import type { Presence } from './presence.ts'

export type DeskRoutesOptions = {
  presence: Pick<Presence, 'signedIn' | 'all'>
  namesOf: (ids: string[]) => Promise<Map<string, string>>
}

/** What the desk page asks for by plain HTTP. Registered inside the scope of `staffGuard`. */
export const deskRoutes: FastifyPluginAsyncTypebox<DeskRoutesOptions> = async (app, options) => {
  const { presence, namesOf } = options

  /** Colleagues on shift, for a transfer. */
  app.get('/api/desk/agents', { preHandler: requireRole('agent', 'teamLead') }, async () => {
    const [rows, facts] = await Promise.all([presence.signedIn(), presence.all()])
    const byId = new Map(facts.map((f) => [f.agentId, f]))
    const names = await namesOf(rows.map((r) => r.agentId))
    return {
      agents: rows.map((r) => {
        const f = byId.get(r.agentId)
        const free = (group: 'voice' | 'text'): boolean =>
          f !== undefined && f.routable[group] && f.load[group] < f.capacity[group]
        return {
          agentId: r.agentId,
          name: names.get(r.agentId) ?? '',
          intent: r.intent,
          pauseReason: r.pauseReason,
          since: r.since.toISOString(),
          mode: r.mode,
          load: f?.load ?? { voice: 0, text: 0 },
          free: { voice: free('voice'), text: free('text') },
        }
      }),
    }
  })
}
