import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { SessionView } from '../../../src/staff/contract.ts'

export type Me = SessionView

/** RFC 9457, as far as a form shows it. */
export type HttpProblem = { status: number; code: string; title: string; detail?: string }

const unreachable: HttpProblem = {
  status: 0,
  code: 'unreachable',
  title: '连接不上服务器',
  detail: '请检查网络；如果别的网页正常，请联系系统管理员。',
}

async function problemOf(response: Response): Promise<HttpProblem> {
  const fallback: HttpProblem = {
    status: response.status,
    code: 'unexpected',
    title: '服务器没有完成这一步',
    detail: `请稍后再试；仍不行时把代码 ${response.status} 告诉系统管理员。`,
  }
  try {
    const body = (await response.json()) as Partial<HttpProblem>
    return { ...fallback, ...body, status: response.status }
  } catch {
    return fallback
  }
}

export type Answer<T> = { ok: true; data: T } | { ok: false; problem: HttpProblem }

/** One JSON request to the gateway. A network failure is a problem like any other, never an exception. */
export async function request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) return { ok: false, problem: await problemOf(response) }
    return { ok: true, data: (response.status === 204 ? undefined : await response.json()) as T }
  } catch {
    return { ok: false, problem: unreachable }
  }
}

/** One file from the gateway. */
export async function requestFile(path: string): Promise<Answer<Blob>> {
  try {
    const response = await fetch(path, { credentials: 'same-origin' })
    if (!response.ok) return { ok: false, problem: await problemOf(response) }
    return { ok: true, data: await response.blob() }
  } catch {
    return { ok: false, problem: unreachable }
  }
}

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const keep = (answer: Answer<Me>): Answer<Me> => {
    if (answer.ok) me.value = answer.data
    return answer
  }

  return {
    me,
    /** @returns false when nobody is signed in; a gateway that cannot be reached is a problem, not a sign-out */
    async load(): Promise<Answer<Me>> {
      const answer = keep(await request<Me>('GET', '/api/session'))
      if (!answer.ok && answer.problem.status === 401) me.value = null
      return answer
    },
    async signIn(credentials: { username: string; password: string; code?: string }): Promise<Answer<Me>> {
      return keep(await request<Me>('POST', '/api/session', credentials))
    },
    /** The two steps that a session may still lack; each answers with the session as it is then. */
    async changePassword(current: string, next: string): Promise<Answer<Me>> {
      return keep(await request<Me>('POST', '/api/session/password', { current, next }))
    },
    beginSecondFactor: () =>
      request<{ secret: string; uri: string }>('POST', '/api/session/second-factor', {}),
    async confirmSecondFactor(code: string): Promise<Answer<Me>> {
      return keep(await request<Me>('POST', '/api/session/second-factor/confirm', { code }))
    },
    /** @returns why the session still lives, or null; on a shared computer nobody may believe that it is over */
    async signOut(): Promise<HttpProblem | null> {
      const answer = await request('DELETE', '/api/session')
      // Without a session there is nothing left to end.
      if (!answer.ok && answer.problem.status !== 401) return answer.problem
      me.value = null
      return null
    },
  }
})
