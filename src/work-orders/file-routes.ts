import multipart from '@fastify/multipart'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { fileHeaders } from '../base/file-headers.ts'
import { problem } from '../base/problem.ts'
import { requireRole } from '../staff/guard.ts'
import { AttachmentView, RecordingView } from './file-contract.ts'
import { OrderNarrowing } from './contract.ts'
import { attachmentLimits, tooLarge } from './attachments.ts'
import { readers, viewerOf } from './routes.ts'
import type { WorkOrders } from './service.ts'

export type FileRoutesOptions = { workOrders: Pick<WorkOrders, 'attachments' | 'recordings' | 'export'> }

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
const OrderNumber = Type.Object({ number: Type.String({ minLength: 1, maxLength: 40 }) })
const OneFile = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 40 }),
  id: Type.String({ pattern: uuid }),
})
const exporters = requireRole('supervisor', 'centreLeader', 'office', 'analyst')

const disposition = (name: string): string =>
  `attachment; filename="file"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`

/** Attachments, recordings and the export of `/api/work-orders`. */
export const orderFileRoutes: FastifyPluginAsyncTypebox<FileRoutesOptions> = async (app, { workOrders }) => {
  await app.register(multipart, {
    limits: { fileSize: attachmentLimits.bytes, files: 1, fields: 0, parts: 1, headerPairs: 20 },
  })
  const { attachments, recordings } = workOrders

  app.get(
    '/api/work-orders/export',
    {
      schema: { tags: ['work orders'], querystring: OrderNarrowing, produces: ['text/csv'] },
      preHandler: exporters,
      config: { rateLimit: { max: 10, timeWindow: 60_000 } },
    },
    async (request, reply) => {
      const text = await workOrders.export(request.query, viewerOf(request))
      return reply
        .headers({ ...fileHeaders, 'content-disposition': disposition('work-orders.csv') })
        .type('text/csv; charset=utf-8')
        .send(text)
    },
  )

  app.get(
    '/api/work-orders/:number/attachments',
    {
      schema: {
        tags: ['work orders'],
        params: OrderNumber,
        response: { 200: Type.Object({ items: Type.Array(AttachmentView) }) },
      },
      preHandler: readers,
    },
    async (request) => ({ items: await attachments.list(request.params.number, viewerOf(request)) }),
  )

  app.post(
    '/api/work-orders/:number/attachments',
    {
      schema: {
        tags: ['work orders'],
        consumes: ['multipart/form-data'],
        params: OrderNumber,
        querystring: Type.Object({
          forHandling: Type.Optional(
            Type.Boolean({
              description: 'a copy without the requester, for whoever handles a protected matter',
            }),
          ),
        }),
        response: { 201: AttachmentView },
      },
      bodyLimit: attachmentLimits.bytes + 64 * 1024,
      preHandler: readers,
    },
    async (request, reply) => {
      const part = request.isMultipart() ? await request.file() : undefined
      if (!part) throw problem(400, 'fileMissing', '没有收到文件', '请选择一个文件后再上传。')
      const bytes = await part.toBuffer().catch((error: Error & { statusCode?: number }) => {
        throw error.statusCode === 413 ? tooLarge() : error
      })
      const { forHandling = false } = request.query
      const upload = { name: part.filename ?? '', bytes, forHandling }
      const added = await attachments.add(request.params.number, upload, viewerOf(request))
      return reply.code(201).send(added)
    },
  )

  app.get(
    '/api/work-orders/:number/attachments/:id',
    { schema: { tags: ['work orders'], params: OneFile }, preHandler: readers },
    async (request, reply) => {
      const { number, id } = request.params
      const { bytes, mime, name } = await attachments.open(number, id, viewerOf(request))
      return reply
        .headers({ ...fileHeaders, 'content-disposition': disposition(name) })
        .type(mime)
        .send(Buffer.from(bytes))
    },
  )

  app.get(
    '/api/work-orders/:number/recordings',
    {
      schema: {
        tags: ['work orders'],
        params: OrderNumber,
        response: { 200: Type.Object({ items: Type.Array(RecordingView) }) },
      },
      preHandler: readers,
    },
    async (request) => ({ items: await recordings.list(request.params.number, viewerOf(request)) }),
  )

  app.get(
    '/api/work-orders/:number/recordings/:id',
    { schema: { tags: ['work orders'], params: OneFile }, preHandler: readers },
    async (request, reply) => {
      const { number, id } = request.params
      const sound = await recordings.open(number, id, viewerOf(request))
      return reply
        .headers({ ...fileHeaders, 'content-disposition': disposition(`${number}.wav`) })
        .type('audio/wav')
        .send(sound)
    },
  )

  app.post(
    '/api/work-orders/:number/recordings/approvals',
    {
      schema: {
        tags: ['work orders'],
        params: OrderNumber,
        body: Type.Object({
          staff: Type.String({ pattern: uuid }),
          reason: Type.String({ minLength: 2, maxLength: 500 }),
        }),
        response: { 201: Type.Object({ until: Type.String() }) },
      },
      preHandler: readers,
    },
    async (request, reply) =>
      reply.code(201).send(await recordings.approve(request.params.number, request.body, viewerOf(request))),
  )
}
