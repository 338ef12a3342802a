import { describe, expect, it, vi } from 'vitest'
import { permitted } from '../../../src/agent-desk/commands.ts'
import { ClientMessage } from '../../../src/agent-desk/contract.ts'
import { errorFacts, parseMessage } from '../../../src/agent-desk/dispatch.ts'
import { createBucket } from '../../../src/agent-desk/limits.ts'
import { maskAddress } from '../../../src/agent-desk/screen-pop.ts'
import { isEndedBy } from '../../../src/agent-desk/session-sockets.ts'
import { createLanes } from '../../../src/agent-desk/timing.ts'

describe('lanes', () => {
  it('keep the order within a lane, whatever fails, and do not wait for each other', async () => {
    const lanes = createLanes()
    const done: string[] = []
    let open!: () => void
    const gate = new Promise<void>((resolve) => (open = resolve))
    const slow = lanes.run('a', async () => {
      await gate
      done.push('a1')
      throw new Error('a1 fails')
    })
    const after = lanes.run('a', async () => void done.push('a2'))
    await lanes.run('b', async () => void done.push('b1'))
    expect(done).toEqual(['b1'])
    await vi.waitFor(() => expect(lanes.size()).toBe(2))
    open()
    await expect(slow).rejects.toThrow('a1 fails')
    await after
    expect(done).toEqual(['b1', 'a1', 'a2'])
    await vi.waitFor(() => expect(lanes.size()).toBe(0))
  })
})

describe('a bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const bucket = createBucket(10, 3)
    expect([0, 0, 0, 0].map((at) => bucket.take(at))).toEqual([true, true, true, false])
    expect(bucket.take(50)).toBe(false)
    expect(bucket.take(100)).toBe(true)
    expect(bucket.take(100)).toBe(false)
    // It never holds more than its burst.
    expect([1e6, 1e6, 1e6, 1e6].map((at) => bucket.take(at))).toEqual([true, true, true, false])
  })
})

describe('a revocation', () => {
  const staff = { id: 'a', sessionHash: 'h1' }
  it.each([
    [{ staffId: 'a', reason: 'x' }, true],
    [{ staffId: 'b', reason: 'x' }, false],
    [{ staffId: 'a', sessionHash: 'h1', reason: 'x' }, true],
    [{ staffId: 'a', sessionHash: 'h2', reason: 'x' }, false],
    [{ staffId: 'a', keep: 'h1', reason: 'x' }, false],
    [{ staffId: 'a', keep: 'h2', reason: 'x' }, true],
  ])('%j ends the session: %s', (revocation, ends) => expect(isEndedBy(staff, revocation)).toBe(ends))
})

describe('messages of a page', () => {
  it('all have their roles', () => {
    const types = ClientMessage.anyOf.map((s) => s.properties.type.const)
    expect(Object.keys(permitted).sort()).toEqual([...types].sort())
  })

  it('are never a way to crash the parser', () => {
    const nasty = ['', ' ', '0', '"x"', '{"type":{}}', '{"type":"__proto__","id":"1"}', '\u0000', '{"id":[]}']
    for (const data of nasty) expect(parseMessage(data)).toMatchObject({ ok: false })
    expect(parseMessage('{"type":"ping","id":"7"}')).toEqual({ ok: true, message: { type: 'ping', id: '7' } })
  })

  it('keep the id in the refusal where there is one', () => {
    expect(parseMessage('{"type":"nonsense","id":"7"}')).toMatchObject({ ok: false, id: '7' })
    expect(parseMessage('{"type":"ping","id":7}')).toMatchObject({ ok: false, id: null })
  })
})

describe('what is logged of an error', () => {
  it('tells where and what kind, never its message', () => {
    const error = Object.assign(new TypeError('王小明 13800001234'), { code: '22P02' })
    const facts = errorFacts(error)
    expect(facts).toMatchObject({ err: 'TypeError', code: '22P02' })
    expect(JSON.stringify(facts)).not.toContain('13800001234')
    expect(JSON.stringify(facts)).toContain('parts.test')
    expect(errorFacts('13800001234')).toEqual({ err: 'string' })
  })
})

describe('an address on a screen', () => {
  it('shows enough to recognise and not enough to call', () => {
    expect(maskAddress('phone', '+8613800001234')).toBe('138****1234')
    expect(maskAddress('wechat', 'oAbCdEfGh1234')).toBe('微信用户 …1234')
    expect(maskAddress('web', 'visitor-key-that-is-secret')).toBe('网页用户')
  })
})
