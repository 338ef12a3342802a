import { Compile } from 'typebox/compile'
import type { Log } from '../base/log.ts'
import { fieldErrors } from '../base/field-errors.ts'
import { Problem, problem, temporarilyUnavailable } from '../base/problem.ts'
import { isBusyOrAway } from '../db/pool.ts'
import type { SignedIn } from '../staff/model.ts'
import { permitted, type Command, type CommandContext, type Commands, type MessageType } from './commands.ts'
import { ClientMessage, type DeskProblem } from './contract.ts'

/** One validator per message type: a wrong field is then named, instead of "matches none of twenty". */
const validators = new Map(
  ClientMessage.anyOf.map((schema) => [schema.properties.type.const as string, Compile(schema)]),
)

export type Parsed =
  | { ok: true; message: ClientMessage }
  /** `id` is null where not even that could be read. */
  | { ok: false; id: string | null; problem: Problem }

/** Never throws, whatever a page (or somebody who pretends to be one) sends. */
export function parseMessage(data: string): Parsed {
  const refuse = (id: string | null, p: Problem): Parsed => ({ ok: false, id, problem: p })
  const unreadable = () => problem(400, 'malformedMessage', '消息无法识别', '请刷新页面后再试。')
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return refuse(null, unreadable())
  }
  if (typeof value !== 'object' || value === null) return refuse(null, unreadable())
  const { id: rawId, type } = value as { id?: unknown; type?: unknown }
  const id = typeof rawId === 'string' && rawId.length > 0 && rawId.length <= 64 ? rawId : null
  const validator = typeof type === 'string' ? validators.get(type) : undefined
  if (!validator)
    return refuse(id, problem(400, 'unknownMessage', '页面与服务器版本不一致', '请刷新页面后再试。'))
  if (validator.Check(value)) return { ok: true, message: value as ClientMessage }
  const errors = fieldErrors(validator.Errors(value)).slice(0, 5)
  return refuse(id, problem(422, 'invalidMessage', '内容不符合要求', '请检查后再试。', { errors }))
}

export function deskProblem(p: Problem): DeskProblem {
  const { cite, errors } = p.fields
  return {
    status: p.status,
    code: p.code,
    title: p.title,
    ...(p.detail ? { detail: p.detail } : {}),
    ...(cite ? { cite } : {}),
    ...(errors ? { errors } : {}),
  }
}

/** Where an error came from, without its message, which may quote what somebody said. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { err: typeof error }
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 6)
  return { err: error.name, code: (error as { code?: unknown }).code, at }
}

const roleMissing = () =>
  problem(403, 'roleMissing', '没有权限', '您的角色不能进行此操作，如有需要请联系班长。')
const broken = () =>
  problem(500, 'internal', '服务器出错，这一步没有完成', '请再试一次；仍不行时请联系系统管理员。')

/**
 * Runs one message for one person.
 * @returns what the command gives back
 * @throws Problem for every refusal; failures of the program become 500 and are logged
 */
export async function dispatch(
  commands: Commands,
  message: Exclude<ClientMessage, { type: 'hello' | 'ping' }>,
  who: { staff: SignedIn; tab: string },
  log: Log,
): Promise<unknown> {
  const { staff, tab } = who
  const role = permitted[message.type].find((r) => staff.roles.includes(r))
  if (!role) throw roleMissing()
  const context: CommandContext = {
    staff,
    agentId: staff.id,
    tab,
    actor: { kind: 'staff', id: staff.id, role, name: staff.displayName },
  }
  try {
    // The table gives each type its own command; together the compiler sees only their union.
    const command = commands[message.type] as Command<MessageType>
    return await command(message, context)
  } catch (error) {
    if (error instanceof Problem) throw error
    if (isBusyOrAway(error)) {
      log.warn({ agentId: staff.id, type: message.type, ...errorFacts(error) }, 'desk message not served')
      throw temporarilyUnavailable()
    }
    log.error({ agentId: staff.id, type: message.type, ...errorFacts(error) }, 'desk message failed')
    throw broken()
  }
}
