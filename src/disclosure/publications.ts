import type { Actor } from '../base/actor.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { PublicFigures, PublicReport } from './contract.ts'
import { publicFiguresOf } from './decide/figures.ts'
import type { DisclosureParts } from './ports.ts'
import * as store from './store.ts'

/** Issued figures that the public may read. Whoever issued them does not also publish them. */
export type Publications = ReturnType<typeof createPublications>

const mostShown = 60

export function createPublications({ db, clock, report }: DisclosureParts) {
  return {
    /**
     * @throws Problem 403 twoPersonRule, 404 reportUnknown, 409 notForPublic | publishedBefore
     */
    async publish(id: string, actor: Actor): Promise<PublicFigures> {
      const issued = await report(id)
      if (issued.kind !== 'periodic' || Object.keys(issued.composed.focus).length > 0)
        throw problem(
          409,
          'notForPublic',
          '只公开全市的定期报告',
          '考核情况在规定范围内通报；专题报告送有关机关。需要公开的内容请写成事例。',
        )
      if (issued.issuedBy === actor.id)
        throw problem(403, 'twoPersonRule', '自己出具的不能自己公开', '请由另一位负责人公开。')
      const fresh = await store.publishReport(db, {
        reportId: id,
        at: clock(),
        by: actor.id,
        role: actor.role,
      })
      if (!fresh) throw problem(409, 'publishedBefore', '这份报告已经公开', '不需要重复公开。')
      return publicFiguresOf(issued)
    },

    /** @throws Problem 404 notPublic */
    async withdraw(id: string, reason: string, actor: Actor): Promise<void> {
      const because = storable(reason).trim()
      const done = await store.withdrawReport(db, { reportId: id, at: clock(), by: actor.id, because })
      if (!done) throw notPublic()
    },

    async list(): Promise<PublicReport[]> {
      const ids = await store.publicReports(db, mostShown)
      const reports = await Promise.all(ids.map(report))
      return reports.map((r) => ({ id: r.id, title: r.title, period: r.period.label, issuedAt: r.issuedAt }))
    },

    /** @throws Problem 404 for what is not public, whatever it is */
    async find(id: string): Promise<PublicFigures> {
      if (!(await store.isPublic(db, id))) throw notPublic()
      return publicFiguresOf(await report(id))
    },
  }
}

const notPublic = () => problem(404, 'notPublic', '没有这份公开的报告', '它可能已经撤下，请返回列表。')
