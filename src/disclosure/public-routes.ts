import { createHash } from 'node:crypto'
import formbody from '@fastify/formbody'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../base/problem.ts'
import { ObjectionBody, Process, PublicCase, PublicFigures, PublicReport, uuid } from './contract.ts'
import * as pages from './pages.ts'
import type { Disclosure } from './service.ts'

export type PublicRoutesOptions = {
  disclosure: Disclosure
  /** Requests of one address a minute, at one gateway. */
  mostPerMinute?: number
  /** Objections of one address an hour: each takes a case out of sight. */
  mostObjectionsPerHour?: number
}

/** The page asks nothing of anybody but this origin. */
const headers = {
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
} as const

/** What changes rarely may be kept for a while; what may be withdrawn is asked for anew each time. */
const kept = { process: 'public, max-age=300', withdrawable: 'public, no-cache' } as const
type Keeping = keyof typeof kept

/** Answers, or says that what the reader has is still right. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  type: string,
  body: string,
  how: Keeping,
): FastifyReply {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  reply.headers({ ...headers, 'cache-control': kept[how], etag })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.type(type).send(body)
}
const asPage = (request: FastifyRequest, reply: FastifyReply, body: string, how: Keeping): FastifyReply =>
  send(request, reply, 'text/html; charset=utf-8', body, how)

const Id = Type.Object({ id: Type.String({ pattern: uuid }) })

/** `/public` and `/api/public`: no sign-in, limited by address. */
export async function publicRoutes(scope: FastifyInstance, options: PublicRoutesOptions): Promise<void> {
  const { disclosure, mostPerMinute = 120, mostObjectionsPerHour = 5 } = options
  const { cases, reports } = disclosure
  const rateLimit = { max: mostPerMinute, timeWindow: 60_000 }
  const objecting = { max: mostObjectionsPerHour, timeWindow: 3_600_000 }
  const { platform } = disclosure.process()

  await scope.register(async (site) => {
    await site.register(formbody, { bodyLimit: 16_384 })

    // A citizen gets a page, whatever goes wrong.
    site.setErrorHandler((error: FastifyError | Problem, request, reply) => {
      const status = error instanceof Problem ? error.status : (error.statusCode ?? 500)
      if (status >= 500) request.log.error({ err: error }, 'public page failed')
      const [title, text] = sayOf(status, error)
      return reply
        .code(status >= 500 ? 503 : status)
        .headers({ ...headers, 'cache-control': 'no-store' })
        .type('text/html; charset=utf-8')
        .send(pages.messagePage(platform, title, text))
    })

    const at = (path: string, how: Keeping, make: (request: FastifyRequest) => Promise<string>): void => {
      site.get(path, { schema: { hide: true }, config: { rateLimit } }, async (request, reply) =>
        asPage(request, reply, await make(request), how),
      )
    }
    at('/public', 'withdrawable', async () =>
      pages.homePage(disclosure.process(), await reports.list(), await cases.published()),
    )
    at('/public/process', 'process', async () => pages.processPage(disclosure.process()))
    at('/public/figures', 'withdrawable', async () => pages.figuresListPage(platform, await reports.list()))
    at('/public/figures/:id', 'withdrawable', async (request) =>
      pages.figuresPage(platform, await reports.find(idOf(request))),
    )
    at('/public/cases', 'withdrawable', async () => pages.casesPage(platform, await cases.published()))
    at('/public/cases/:id', 'withdrawable', async (request) =>
      pages.casePage(platform, await cases.publishedOne(idOf(request))),
    )
    site.get('/public/public.css', { schema: { hide: true } }, async (request, reply) =>
      send(request, reply, 'text/css; charset=utf-8', pages.publicCss, 'process'),
    )

    site.post(
      '/public/cases/:id/object',
      { schema: { hide: true }, config: { rateLimit: objecting } },
      async (request, reply) => {
        reply.headers({ ...headers, 'cache-control': 'no-store' }).type('text/html; charset=utf-8')
        const id = idOf(request)
        const words = wordsIn(request.body)
        if (words === '')
          return reply.code(422).send(pages.casePage(platform, await cases.publishedOne(id), true))
        await cases.objected(id, words)
        return reply.send(
          pages.messagePage(
            platform,
            '事例已经撤下',
            '谢谢您的意见。这篇事例已经撤下，工作人员会核实您提出的理由。',
          ),
        )
      },
    )
  })

  const api = scope.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['public']
  const asJson = (request: FastifyRequest, reply: FastifyReply, value: unknown, how: Keeping) =>
    send(request, reply, 'application/json; charset=utf-8', JSON.stringify(value), how)

  api.get(
    '/api/public/process',
    {
      schema: {
        tags,
        summary: 'Channels, scope and process in the words of the statute',
        response: { 200: Process },
      },
      config: { rateLimit },
    },
    async (request, reply) => asJson(request, reply, disclosure.process(), 'process'),
  )
  api.get(
    '/api/public/figures',
    {
      schema: {
        tags,
        summary: 'Published reports, newest first',
        response: { 200: Type.Object({ items: Type.Array(PublicReport) }) },
      },
      config: { rateLimit },
    },
    async (request, reply) => asJson(request, reply, { items: await reports.list() }, 'withdrawable'),
  )
  api.get(
    '/api/public/figures/:id',
    {
      schema: {
        tags,
        summary: 'Figures of one published report',
        params: Id,
        response: { 200: PublicFigures },
      },
      config: { rateLimit },
    },
    async (request, reply) => asJson(request, reply, await reports.find(request.params.id), 'withdrawable'),
  )
  api.get(
    '/api/public/cases',
    {
      schema: {
        tags,
        summary: 'De-identified cases, newest first',
        response: { 200: Type.Object({ items: Type.Array(PublicCase) }) },
      },
      config: { rateLimit },
    },
    async (request, reply) => asJson(request, reply, { items: await cases.published() }, 'withdrawable'),
  )
  api.get(
    '/api/public/cases/:id',
    {
      schema: { tags, summary: 'One case', params: Id, response: { 200: PublicCase } },
      config: { rateLimit },
    },
    async (request, reply) =>
      asJson(request, reply, await cases.publishedOne(request.params.id), 'withdrawable'),
  )
  api.post(
    '/api/public/cases/:id/objections',
    {
      schema: { tags, summary: 'Object to a case: it is withdrawn at once', params: Id, body: ObjectionBody },
      config: { rateLimit: objecting },
      bodyLimit: 16_384,
    },
    async (request, reply) => {
      await cases.objected(request.params.id, request.body.words)
      return reply.code(204).header('cache-control', 'no-store').send()
    },
  )
}

const uuidPattern = new RegExp(uuid)
/** Of a page's address; what is none is as unknown as one that does not exist. */
function idOf(request: FastifyRequest): string {
  const { id = '' } = request.params as { id?: string }
  return uuidPattern.test(id) ? id : '00000000-0000-0000-0000-000000000000'
}

function wordsIn(body: unknown): string {
  const words = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['words'] : ''
  return typeof words === 'string' ? words.trim().slice(0, 1000) : ''
}

function sayOf(status: number, error: FastifyError | Problem): [string, string] {
  if (error instanceof Problem && status < 500) return [error.title, error.detail]
  if (status === 429) return ['操作太频繁', '请稍候片刻再试。']
  if (status < 500) return ['提交的内容无法识别', '请返回后重新填写。']
  return ['暂时无法显示', '请稍后再试。']
}
