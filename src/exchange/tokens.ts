import { createHash, timingSafeEqual } from 'node:crypto'
import { problem } from '../base/problem.ts'
import type { Platform } from './model.ts'

const bearer = /^Bearer ([\x21-\x7e]{16,512})$/i

/**
 * The platform that a request comes from. Every hash is compared, so that the time tells nothing of which came near.
 * @param platforms null where the exchange is off
 * @throws Problem 404 exchangeOff, 401 exchangeTokenWrong
 */
export function platformOf(
  authorization: string | undefined,
  platforms: readonly Platform[] | null,
): Platform {
  if (platforms === null)
    throw problem(404, 'exchangeOff', '没有开通平台互转', '请联系本平台管理员开通并领取令牌。')
  const [, token = ''] = bearer.exec(authorization ?? '') ?? []
  const given = createHash('sha256').update(token).digest()
  let found: Platform | null = null
  for (const platform of platforms)
    for (const hash of platform.sha256)
      if (timingSafeEqual(given, Buffer.from(hash, 'hex')) && token !== '') found = platform
  if (!found)
    throw problem(401, 'exchangeTokenWrong', '令牌无效', '请在 Authorization 中使用本平台发放的令牌。')
  return found
}
