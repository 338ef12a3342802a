import type { Role } from '../base/actor.ts'

/** PURE. Staff accounts and the rules that guard them. */

/** A staff account as the program uses it. `capacity` counts slots; text is sms, wechat and web together. */
export type StaffMember = {
  id: string
  username: string
  displayName: string
  roles: Role[]
  attributes: Record<string, string[]>
  capacity: { voice: number; text: number }
  unitId: string | null
  hasPassword: boolean
  secondFactor: boolean
  disabled: boolean
  lastSignInAt: Date | null
}

/** Who is signed in with this request. */
export type SignedIn = Pick<
  StaffMember,
  'id' | 'username' | 'displayName' | 'roles' | 'attributes' | 'capacity' | 'unitId'
> & { sessionHash: string }

const administrators: readonly Role[] = ['systemAdministrator', 'auditAdministrator', 'securityAdministrator']
const guarded: readonly Role[] = [
  'teamLead',
  'auditor',
  'supervisor',
  'centreLeader',
  'office',
  'confidentialDesk',
  'analyst',
  ...administrators,
]

/**
 * Whoever leads, supervises or administers proves himself twice (GB/T 22239-2019, 8.1.4.1 d), and so does whoever hears
 * recordings, sees who made a tip-off, or takes whole lists out of the house.
 */
export const needsSecondFactor = (roles: readonly Role[]): boolean => roles.some((r) => guarded.includes(r))

/** The three administrators are separate people (GB/T 22239-2019, 8.1.4). */
export const rolesConflict = (roles: readonly Role[]): boolean =>
  roles.filter((r) => administrators.includes(r)).length > 1

export const usernamePattern = '^[A-Za-z0-9][A-Za-z0-9._-]{1,31}$'

/** What is wrong with a chosen password, in words for the person; null when it will do. */
export function passwordWeakness(password: string, username: string): string | null {
  if (password.length < 10) return '口令至少 10 位。'
  if (password.length > 128) return '口令最长 128 位。'
  if (password.toLowerCase().includes(username.toLowerCase())) return '口令不能包含用户名。'
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((c) => c.test(password)).length
  // A long sentence needs no punctuation to be strong.
  if (classes < 3 && password.length < 16)
    return '口令需包含大写字母、小写字母、数字、符号中的三种，或不少于 16 位。'
  if (new Set(password).size < 5) return '口令中重复的字符太多。'
  return null
}

/**
 * Where a person lands after signing in. The desk is the one page there is so far; its sign-in tells everybody else that
 * he is signed in and works through the API. A page of its own for a role goes in here when it is served.
 */
export const homeOf = (roles: readonly Role[]): '/desk' | '/desk/sign-in' =>
  roles.some((r) => r === 'agent' || r === 'teamLead') ? '/desk' : '/desk/sign-in'

/** What a session may do: `full`, or only the step that is still missing. */
export type Stage = 'full' | 'password' | 'secondFactor'

export type SessionFacts = {
  roles: readonly Role[]
  secondFactor: boolean
  /** Age of the password in ms; null where none is set. */
  passwordAgeMs: number | null
  passwordMaxAgeMs: number | null
  via: 'password' | 'link'
}

/** A link was issued at the console by the operator, who owns the machine: it counts as both factors. */
export function stageOf(facts: SessionFacts): Stage {
  if (facts.via === 'link') return 'full'
  const { passwordAgeMs: age, passwordMaxAgeMs: limit } = facts
  if (limit !== null && age !== null && age > limit) return 'password'
  if (needsSecondFactor(facts.roles) && !facts.secondFactor) return 'secondFactor'
  return 'full'
}

/**
 * Failed sign-ins are counted under three keys. A pair of account and address locks early; the account alone locks
 * late, so that a stranger elsewhere cannot easily shut an agent out; the address alone locks latest, because a whole
 * centre may share one.
 */
export const failureLimits = { pair: 5, account: 20, address: 60 } as const
export type FailureKey = keyof typeof failureLimits

/** Failures older than this are forgotten, ms. */
export const failureMemoryMs = 15 * 60_000

/** How long a key is locked after its nth failure in a row, ms: 0 below the limit, then doubling from 15 s to 15 min. */
export function lockMs(key: FailureKey, failures: number): number {
  const over = failures - failureLimits[key]
  return over < 0 ? 0 : Math.min(15_000 * 2 ** over, 15 * 60_000)
}
