/**
 * RFC 9457 problem details. `title` and `detail` are shown to people, so they are Chinese sentences that say what
 * happened and what to do next; `code` is for programs and for the English log line.
 */
export type ProblemFields = {
  cite?: string
  errors?: { field: string; message: string }[]
  /** Extra members of the document, such as the state that won a race. */
  extra?: Record<string, unknown>
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly fields: ProblemFields

  constructor(status: number, code: string, title: string, detail = '', fields: ProblemFields = {}) {
    super(code)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.title = title
    this.detail = detail
    this.fields = fields
  }
}

export const problem = (
  status: number,
  code: string,
  title: string,
  detail = '',
  fields: ProblemFields = {},
): Problem => new Problem(status, code, title, detail, fields)

/** Of what the database did not take, because it is away or too busy. Sent with `Retry-After`. */
export const temporarilyUnavailable = (): Problem =>
  problem(
    503,
    'temporarilyUnavailable',
    '系统暂时繁忙',
    '这一步可能没有完成，请过几秒核对后再试；一直如此时请联系系统管理员。',
    { extra: { retryAfter: 3 } },
  )

/** The document as it is sent. `requestId` lets a person quote the failure and an engineer find it. */
export function problemDocument(p: Problem, instance: string, requestId: string): Record<string, unknown> {
  const { cite, errors, extra } = p.fields
  return {
    type: `urn:hotline:problem:${p.code}`,
    title: p.title,
    status: p.status,
    ...(p.detail ? { detail: p.detail } : {}),
    instance,
    code: p.code,
    requestId,
    ...(cite ? { cite } : {}),
    ...(errors ? { errors } : {}),
    ...extra,
  }
}
