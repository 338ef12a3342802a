import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import websocket from '@fastify/websocket'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { defaultDeskConfig } from './agent-desk/limits.ts'
import { webSocketOptions } from './agent-desk/socket.ts'
import { newId } from './base/ids.ts'
import { channelRoutes } from './channels/routes.ts'
import { accessLedgerRoutes } from './channels/web/access-ledger-routes.ts'
import { progressRoutes } from './channels/web/progress-routes.ts'
import { redactUrl, webhookBodyLimit } from './channels/webhook.ts'
import { checksOf, readingsOf } from './composition/observation.ts'
import { progressWays } from './composition/progress-ways.ts'
import { staffScope } from './composition/staff-scope.ts'
import type { Context } from './context.ts'
import { healthRoutes } from './http/health.ts'
import { createLazySchemas } from './http/lazy-schemas.ts'
import { metricsRoutes } from './http/metrics.ts'
import { problems } from './http/problems.ts'
import { rateLimits } from './http/rate-limit.ts'
import { welcomePage } from './staff/welcome-page.ts'
import { permissionsPolicy, securityHeaders } from './web/security.ts'
import { staffPages, staffPagesBuilt } from './web/static.ts'

const webRoot = join(fileURLToPath(new URL('..', import.meta.url)), 'web', 'dist')

/** The HTTP side of one gateway, in the order a request meets it. Public, webhook and staff scopes have own hooks. */
export async function createApp(context: Context): Promise<FastifyInstance> {
  const { config, log, channels, orders } = context
  const schemas = createLazySchemas()
  const app = Fastify({
    loggerInstance: log,
    schemaController: { compilersFactory: schemas.compilersFactory },
    genReqId: () => newId(),
    // A request id chosen by a stranger would end up in our log.
    requestIdHeader: false,
    trustProxy: config.trustedProxy ?? false,
    bodyLimit: webhookBodyLimit * 4,
    // Ordinary requests are counted in the metrics; the log is for what went wrong.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    ...(config.tls ? { https: config.tls } : {}),
  }) as unknown as FastifyInstance

  const tls = config.tls !== null || config.publicUrl.startsWith('https:')
  const phoneSockets = config.asterisk?.wssUrl ? [config.asterisk.wssUrl] : []
  schemas.compileRest(app)
  await app.register(problems)
  await app.register(helmet, securityHeaders({ phoneSockets, tls }))
  app.addHook('onSend', async (_request, reply) => void reply.header('permissions-policy', permissionsPolicy))
  await app.register(rateLimit, rateLimits)
  await app.register(websocket, { options: webSocketOptions(defaultDeskConfig) })
  await app.register(swagger, {
    openapi: {
      info: { title: '热线网关', description: 'Citizens’ hotline gateway', version: '0.1.0' },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'hotline' },
          exchangeToken: { type: 'http', scheme: 'bearer' },
        },
      },
    },
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs' })
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())

  await app.register(healthRoutes, { checks: checksOf(context) })
  await app.register(metricsRoutes, { readings: readingsOf(context) })
  await app.register(orders.publicRoutes)
  await app.register(channelRoutes, { channels })
  await app.register(context.matters.exchangeRoutes)
  const following = { ask: context.progress.ask, ledgerOf: orders.workOrders.accessLedgerFor }
  await app.register(progressRoutes, { ...following, ways: progressWays(context) })
  await app.register(accessLedgerRoutes, following)
  await app.register(staffScope, { context, tls })
  await app.register(welcomePage)
  if (staffPagesBuilt(webRoot)) await app.register(staffPages, { root: webRoot, city: config.city })
  else log.warn('web/dist is not built: the pages are not served')

  app.addHook('onError', async (request, _reply, error) => {
    if (!('status' in error)) log.debug({ url: redactUrl(request.url), err: error.message }, 'request failed')
  })
  return app
}
