import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkout } from '../../../services/paths.ts'
import { createOfferCounts, readingsOf } from '../../../src/composition/observation.ts'
import type { Context } from '../../../src/context.ts'
import { metricsRoutes } from '../../../src/http/metrics.ts'

const operations = readFileSync(join(checkout, 'docs/operations.md'), 'utf8')
const rules = readFileSync(join(checkout, 'deploy/alerts.yml'), 'utf8')

/** A gateway none of whose parts answers: the names of all figures are there all the same. */
const nothingAnswers = {
  config: { channels: { wechat: null, sms: null } },
  offerCounts: createOfferCounts(),
} as unknown as Context

let published: Set<string>
let samples: string[]

beforeAll(async () => {
  const app = Fastify()
  await app.register(metricsRoutes, { readings: readingsOf(nothingAnswers) })
  await app.inject('/metrics')
  const { body } = await app.inject('/metrics')
  published = new Set([...body.matchAll(/^# TYPE (hotline_\w+) /gm)].map(([, name]) => name!))
  samples = body.split('\n').filter((line) => /^hotline_(?!process_|nodejs_|http_)/.test(line))
  await app.close()
})

const named = (text: string): string[] =>
  [...new Set([...text.matchAll(/\bhotline_[a-z0-9_]+/g)].map(([name]) => name))].map((name) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  )

describe('metrics and the documentation', () => {
  it('says nothing of what it cannot read, instead of 0', () => {
    expect(samples.filter((line) => !/^hotline_(part_up|offers_ended_total)/.test(line))).toEqual([])
    expect(samples).toContain('hotline_part_up{part="postgres"} 0')
  })

  it('publishes every metric that docs/operations.md names', () => {
    expect(named(operations).filter((name) => !published.has(name))).toEqual([])
  })

  it('names every metric of its own in docs/operations.md', () => {
    const own = [...published].filter((name) => !/^hotline_(process|nodejs)_/.test(name))
    expect(own.filter((name) => !named(operations).includes(name))).toEqual([])
  })
})

type Rule = {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string; action: string }
}

describe('deploy/alerts.yml', () => {
  const all = (parse(rules) as { groups: { name: string; rules: Rule[] }[] }).groups.flatMap((g) => g.rules)

  it('asks for metrics that exist', () => {
    for (const { alert, expr } of all)
      expect([alert, ...named(expr).filter((name) => !published.has(name))]).toEqual([alert])
  })

  it('says of each alert what is at stake, what to do and how urgent it is', () => {
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length)
    for (const rule of all) {
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^[A-Z]\w+$/),
        labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
        annotations: { summary: expect.stringMatching(/\.$/), action: expect.any(String) },
      })
      expect(rule.for ?? '1m').toMatch(/^\d+[smh]$/)
      expect(Object.keys(rule).filter((key) => !/^(alert|expr|for|labels|annotations)$/.test(key))).toEqual(
        [],
      )
      const open = (rule.expr.match(/[({[]/g) ?? []).length
      expect(open).toBe((rule.expr.match(/[)}\]]/g) ?? []).length)
    }
  })

  it('is described in docs/operations.md, alert by alert', () => {
    expect(all.map(({ alert }) => alert).filter((alert) => !operations.includes(`\`${alert}\``))).toEqual([])
  })
})
