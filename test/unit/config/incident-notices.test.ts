import { expect, it } from 'vitest'
import { incidentNotices } from '../../../src/config/incident-notices.ts'
import { statuteSlugs } from '../../../src/statutes/registry.ts'

const read = (given: unknown, city = 'anshan-2019') => {
  const problems: string[] = []
  return { notices: incidentNotices(given, city, problems), problems }
}

it.each(statuteSlugs())('%s: telephones of a department that is told of incidents are taken', (city) => {
  const given = { 应急管理局: ['13800000001'], 公安局: ['+8613800000002'] }
  expect(read(given, city)).toEqual({ notices: given, problems: [] })
})

it('a class of incident in place of a department is a mistake that names the departments', () => {
  const { problems } = read({ naturalDisaster: ['13800000001'] })
  expect(problems).toEqual([expect.stringMatching(/"naturalDisaster" is no department.*应急管理局/)])
})

it.each([[{ 应急管理局: '13800000001' }], [{ 应急管理局: [] }], [[]], [7]])(
  '%j has not the form',
  (given) => {
    expect(read(given).problems).toEqual([expect.stringContaining('is not of the form')])
  },
)
