import Fastify from 'fastify'
import { Compile } from 'typebox/compile'
import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { fieldErrors } from '../../../src/base/field-errors.ts'
import { problems } from '../../../src/http/problems.ts'

/** What the person reads beside the fields of his form. */
const Form = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 4 }),
  kind: Type.Enum(['help', 'complaint']),
  way: Type.Union([Type.Literal('visit'), Type.Literal('letter')]),
  phone: Type.String({ pattern: '^[0-9]+$' }),
  count: Type.Integer(),
  tags: Type.Array(Type.String(), { maxItems: 1 }),
  requester: Type.Object({ name: Type.String() }),
})
const good = {
  title: '路灯',
  kind: 'help',
  way: 'visit',
  phone: '12345',
  count: 1,
  tags: [],
  requester: { name: '化名' },
}
const { title: _, ...untitled } = good

const cases: [string, object, { field: string; message: string }][] = [
  ['nothing', untitled, { field: 'title', message: '必须填写' }],
  ['no name', { ...good, requester: {} }, { field: 'requester.name', message: '必须填写' }],
  ['no words', { ...good, title: '' }, { field: 'title', message: '长度不符合要求' }],
  ['too many words', { ...good, title: '路灯不亮了' }, { field: 'title', message: '长度不符合要求' }],
  ['too many items', { ...good, tags: ['a', 'b'] }, { field: 'tags', message: '长度不符合要求' }],
  ['what is no choice', { ...good, kind: 'x' }, { field: 'kind', message: '请从可选项中选择' }],
  ['what is no alternative', { ...good, way: 'x' }, { field: 'way', message: '请从可选项中选择' }],
  ['another pattern', { ...good, phone: 'x' }, { field: 'phone', message: '格式不正确' }],
  ['another type', { ...good, count: 'x' }, { field: 'count', message: '格式不正确' }],
]

it.each(cases)('says in Chinese, once per field, what is wrong with %s', async (_what, payload, wrong) => {
  const app = Fastify()
  await app.register(problems)
  app.post('/form', { schema: { body: Form } }, async () => 'done')
  const answer = await app.inject({ method: 'POST', url: '/form', payload })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'badRequest', errors: [wrong] })
  // The desk's socket asks TypeBox itself.
  expect(fieldErrors(Compile(Form).Errors(payload))).toEqual([
    { ...wrong, field: wrong.field.replace('.', '/') },
  ])
})
