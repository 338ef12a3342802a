import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'

export type StaticOptions = {
  /** Folder of the built staff application (`web/dist`). */
  root: string
  /** Slug of the city's statute: the desk asks `/api/statutes/{slug}` what its form must hold. */
  city: string
}

/** The paths the application's router knows; the list grows with the application, never ahead of it. */
export const servedPages = ['/desk', '/desk/', '/desk/sign-in']

/** True when `vite build web` has been run: the desk can be served. */
export const staffPagesBuilt = (root: string): boolean => existsSync(join(root, 'index.html'))

/**
 * Serves the staff application. Files under `/assets/` carry a hash of their content in their name and never change;
 * the page that names them is always asked for anew, so a new version is taken at the next visit.
 */
export async function staffPages(app: FastifyInstance, { root, city }: StaticOptions): Promise<void> {
  await app.register(fastifyStatic, {
    root: join(root, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    index: false,
    redirect: false,
    immutable: true,
    maxAge: '365d',
  })
  for (const page of servedPages)
    app.get(page, { schema: { hide: true } }, (_request, reply) =>
      reply
        .header('Cache-Control', 'no-cache')
        .sendFile('index.html', root, { cacheControl: false, immutable: false }),
    )
  app.get('/desk/settings.json', { schema: { hide: true } }, (_request, reply) =>
    reply.header('Cache-Control', 'no-cache').send({ city }),
  )
}
