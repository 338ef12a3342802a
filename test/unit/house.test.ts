import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { describe, expect, it, vi } from 'vitest'

// the first look loads the whole linter
vi.setConfig({ testTimeout: 20_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))

// the snippets are no files of the project, so the rules that need types are off
const linter = (cycles: 'error' | 'off'): ESLint =>
  new ESLint({
    cwd: root,
    overrideConfig: {
      languageOptions: { parserOptions: { projectService: false, project: null } },
      rules: {
        'import-x/no-cycle': cycles,
        ...Object.fromEntries(
          [
            'await-thenable no-floating-promises no-misused-promises no-unsafe-argument no-unsafe-assignment no-unsafe-call',
            'no-unsafe-member-access no-unsafe-return no-unsafe-enum-comparison no-unsafe-unary-minus no-array-delete',
            'no-base-to-string no-duplicate-type-constituents no-for-in-array no-implied-eval no-redundant-type-constituents',
            'no-unnecessary-type-assertion only-throw-error prefer-promise-reject-errors require-await',
            'restrict-plus-operands restrict-template-expressions unbound-method switch-exhaustiveness-check',
            'consistent-type-imports no-unused-vars',
          ]
            .flatMap((line) => line.split(' '))
            .map((rule) => [`@typescript-eslint/${rule}`, 'off'] as const),
        ),
      },
    },
  })

// the search for cycles reads everything behind an import; one test is enough to show that it works
const eslint = linter('off')

async function complaints(filePath: string, code: string, by = eslint): Promise<string[]> {
  const [result] = await by.lintText(code, { filePath: `${root}${filePath}` })
  return result?.messages.map(({ message }) => message) ?? []
}

const statutes = /^The statutes import only each other/
const impure = /^A pure file decides and does nothing else/
const store = /^A slice never imports another slice's store/
const typedEvents = /^Telephony and channels never import work orders/
const compositionRoot = /^Only main.ts reads the composition root/
const below = /^Base and db stand under every slice/
const inwards = /^Imports point inwards/
const outside = /^Product code imports no tests/
const pages = /^The pages share with the server the types of contract files/

describe('the dependency rule', () => {
  it.each([
    ['src/statutes/new.ts', `import { decide } from '../work-orders/decide.ts'`, statutes],
    ['src/statutes/new.ts', `import type { WorkOrder } from '../work-orders/model.ts'`, statutes],
    ['src/statutes/new.ts', `import { problem } from '../base/problem.ts'`, statutes],
    ['src/statutes/anshan-2019/new.ts', `import { readFileSync } from 'node:fs'`, statutes],
    ['src/work-orders/decide.ts', `import { randomUUID } from 'node:crypto'`, impure],
    ['src/work-orders/decide.ts', `import pg from 'pg'`, impure],
    ['src/contacts/transition.ts', `import { newId } from '../base/ids.ts'`, impure],
    ['src/contacts/transition.ts', `import { createPool } from '../db/pool.ts'`, impure],
    ['src/queue/choose-agent.ts', `export const late = await import('node:fs')`, impure],
    ['src/telephony/new.ts', `import type { WorkOrder } from '../work-orders/model.ts'`, typedEvents],
    ['src/channels/sms/new.ts', `import { register } from '../../work-orders/service.ts'`, typedEvents],
    ['src/queue/new.ts', `import { findContact } from '../contacts/store.ts'`, store],
    ['src/queue/new.ts', `import type { Row } from '../requesters/link-store.ts'`, store],
    ['src/queue/new.ts', `import { context } from '../context.ts'`, compositionRoot],
    ['src/base/new.ts', `import { apply } from '../contacts/door.ts'`, below],
    ['src/db/new.ts', `import type { Contact } from '../contacts/model.ts'`, below],
    ['src/contacts/service.ts', `import { routes } from './routes.ts'`, inwards],
    ['src/contacts/new.ts', `import { freshDatabase } from '../../test/support/services.ts'`, outside],
    ['web/src/new.ts', `import { problem } from '../../src/base/problem.ts'`, pages],
    ['web/src/new.ts', `import { ClientMessage } from '../../src/agent-desk/contract.ts'`, pages],
  ])('%s may not say %s', async (file, code, message) => {
    expect(await complaints(file, code)).toEqual(expect.arrayContaining([expect.stringMatching(message)]))
  })

  it.each([
    ['src/statutes/new.ts', `import type { Problem } from '../base/problem.ts'`],
    ['src/work-orders/decide.ts', `import { addMonths } from '../statutes/calendar.ts'`],
    ['src/contacts/new.ts', `import { findContact } from './store.ts'`],
    ['src/contacts/new.ts', `import type { Tx } from '../db/pool.ts'`],
    ['src/context.ts', `import { findContact } from './contacts/store.ts'`],
    ['web/src/new.ts', `import type { ClientMessage } from '../../src/agent-desk/contract.ts'`],
  ])('%s may say %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([])
  })
})

describe('a pure file', () => {
  it.each([
    ['export const at = Date.now()', /has no clock/],
    ['export const at = new Date()', /has no clock/],
    ['export const at = performance.now()', /has no clock/],
    ['setTimeout(() => {}, 5)', /has no clock/],
    ['export const dice = Math.random()', /has no randomness/],
    ['export const id = crypto.randomUUID()', /has no randomness/],
    ['export const city = process.env.HOTLINE_CITY', /reads the environment/],
    [`export const page = fetch('http://localhost/')`, /no input or output/],
  ])('may not say %s', async (code, message) => {
    expect(await complaints('src/contacts/transition.ts', code)).toEqual(
      expect.arrayContaining([expect.stringMatching(message)]),
    )
  })

  it('may make a date from an argument', async () => {
    const code = 'export const later = (now: number): Date => new Date(now + 1)'
    expect(await complaints('src/contacts/transition.ts', code)).toEqual([])
  })
})

describe('product code', () => {
  it('reads the environment in one file only', async () => {
    const code = `export const port = process.env['HOTLINE_PORT']`
    expect(await complaints('src/contacts/service.ts', code)).toEqual([
      expect.stringMatching(/Only src\/config\/env.ts reads the environment/),
    ])
    expect(await complaints('src/config/env.ts', code)).toEqual([])
  })

  it('has no barrels', async () => {
    const barrel = ['No barrels: import from the file that defines the name.']
    expect(await complaints('src/contacts/new.ts', `export * from './door.ts'`)).toEqual(barrel)
    expect(await complaints('src/contacts/new.ts', `export { transition } from './transition.ts'`)).toEqual(
      barrel,
    )
  })

  it('has no cycles', async () => {
    // door.ts imports transition.ts
    const found = await complaints(
      'src/contacts/transition.ts',
      `import { createDoor } from './door.ts'\nvoid createDoor`,
      linter('error'),
    )
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/cycle/i)]))
  }, 60_000)
})
