import { problem } from '../base/problem.ts'
import type { Telephone } from './call-contract.ts'
import type { CallLine } from './call-ports.ts'

/**
 * The telephone that rings when somebody calls a requester: the one of his desk, else a SIP telephone of the pool that
 * stands on his table and that he has named. A desk that signs in with it takes it over.
 */
export function createTelephones(line: CallLine | undefined) {
  async function of(staffId: string): Promise<Telephone> {
    const own = (await line?.phoneOf(staffId)) ?? null
    return own ?? { number: null, ofDesk: false, ready: false }
  }
  return {
    of,
    /** @throws Problem 409 phoneOfDesk | phoneTaken, 503 */
    async sitAt(staffId: string, number: string): Promise<Telephone> {
      if (!line) throw problem(503, 'phoneSystemDown', '电话系统暂时连接不上', '请稍后再试。')
      if ((await of(staffId)).ofDesk)
        throw problem(409, 'phoneOfDesk', '您已在坐席台签入', '联系诉求人时使用坐席台的话机，无需另行登记。')
      await line.sitAt(staffId, number)
      return of(staffId)
    },
    async leave(staffId: string): Promise<Telephone> {
      await line?.leave(staffId)
      return of(staffId)
    },
  }
}
