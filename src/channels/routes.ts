import type { FastifyPluginAsync } from 'fastify'
import type { Channels } from './service.ts'
import { smsRoutes } from './sms/routes.ts'
import { wechatRoutes } from './wechat/routes.ts'

/** The webhooks of the channels that are on; one that is off has no address. */
export const channelRoutes: FastifyPluginAsync<{ channels: Pick<Channels, 'webhooks'> }> = async (
  scope,
  { channels: { webhooks } },
) => {
  if (webhooks.wechat) await scope.register(wechatRoutes, webhooks.wechat)
  if (webhooks.sms) await scope.register(smsRoutes, webhooks.sms)
}
