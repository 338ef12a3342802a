import fp from 'fastify-plugin'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { fieldErrors } from '../base/field-errors.ts'
import { Problem, problem, problemDocument, temporarilyUnavailable } from '../base/problem.ts'
import { isBusyOrAway } from '../db/pool.ts'

/**
 * Every failure leaves as an RFC 9457 document: expected ones as they are, unexpected ones as a plain 500 that tells
 * nothing of the inside. The English line in the log carries the request id that the person can quote.
 */
export const problems = fp(
  async (app) => {
    app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
      const p = toProblem(error)
      // The outage itself is on record where it is noticed; here is only who met it.
      if (isBusyOrAway(error)) request.log.warn({ code: p.code, err: error.message }, 'request not served')
      else if (p.status >= 500) request.log.error({ err: error, code: p.code }, 'request failed')
      else request.log.info({ code: p.code, status: p.status }, 'request refused')
      return sendProblem(request, reply, p)
    })
    app.setNotFoundHandler((request, reply) =>
      sendProblem(request, reply, problem(404, 'notFound', '没有这个地址', '请检查网址是否输入正确。')),
    )
  },
  { name: 'problems' },
)

export function sendProblem(request: FastifyRequest, reply: FastifyReply, p: Problem): FastifyReply {
  // The path without its query: a query may hold what must not be echoed.
  const instance = request.url.split('?')[0] ?? '/'
  const seconds = p.fields.extra?.['retryAfter']
  if (typeof seconds === 'number') void reply.header('retry-after', seconds)
  return reply
    .code(p.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(p, instance, request.id)))
}

function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (isBusyOrAway(error)) return temporarilyUnavailable()
  if (error.validation)
    return problem(400, 'badRequest', '提交的内容不符合要求', '请按提示修改后重新提交。', {
      errors: fieldErrors(error.validation).map((e) => ({ ...e, field: e.field.replaceAll('/', '.') })),
    })
  switch (error.statusCode) {
    case 400:
      return problem(400, 'badRequest', '提交的内容无法识别', '请检查格式后重新提交。')
    case 401:
      return problem(401, 'signInFirst', '请先登录', '登录后再试。')
    case 403:
      return problem(403, 'forbidden', '没有权限', '如需使用此功能，请联系管理员。')
    case 404:
      return problem(404, 'notFound', '没有找到', '它可能已被移走，请刷新后再试。')
    case 413:
      return problem(413, 'tooLarge', '提交的内容太大', '请减少内容后重新提交。')
    case 415:
      return problem(415, 'unsupportedType', '不支持这种内容类型', '请使用 JSON 格式提交。')
    case 429:
      return problem(429, 'tooManyRequests', '操作太频繁', '请稍候片刻再试。')
    default:
      return problem(
        500,
        'internalError',
        '系统内部错误',
        '操作没有完成，请稍后重试；如反复出现，请将编号告知管理员。',
      )
  }
}
