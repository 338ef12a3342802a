import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aesKey,
  decrypt,
  decryptWithAny,
  encrypt,
  isSignedBy,
  signature,
} from '../../../src/channels/wechat/crypto.ts'

type Vector = {
  id: string
  token: string
  encodingAESKey: string
  receiveid: string
  random16?: string
  timestamp?: string
  nonce?: string
  msg_signature?: string
  encrypt: string
  /** Of a whole message the demo states the elements only. */
  plaintext?: string
}
const vectors = JSON.parse(
  readFileSync(new URL('../../support/wechat-crypto-vectors.json', import.meta.url), 'utf8'),
) as Vector[]

const appId = 'wx0000000000000001'
const key = aesKey('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG')
const other = aesKey('jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C')

describe('message encryption of WeChat', () => {
  it.each(vectors)('agrees with the official demo: $id', (v) => {
    const opened = decrypt(v.encrypt, v.receiveid, aesKey(v.encodingAESKey))?.toString() ?? ''
    if (v.plaintext === undefined) expect(opened).toMatch(/^<xml>.*<MsgType>.*<MsgId>\d+<\/MsgId>/s)
    else expect(opened).toBe(v.plaintext)
    if (v.random16 && v.plaintext)
      expect(encrypt(v.plaintext, v.receiveid, aesKey(v.encodingAESKey), Buffer.from(v.random16))).toBe(
        v.encrypt,
      )
    if (v.msg_signature) {
      expect(signature(v.token, v.timestamp ?? '', v.nonce ?? '', v.encrypt)).toBe(v.msg_signature)
      expect(isSignedBy(v.msg_signature, v.token, v.timestamp ?? '', v.nonce ?? '', v.encrypt)).toBe(true)
    }
  })

  it('covers both kinds of vectors', () => {
    expect(vectors.filter((v) => v.random16).length).toBeGreaterThan(0)
    expect(vectors.filter((v) => v.msg_signature).length).toBeGreaterThan(0)
  })

  it('opens what it sealed, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(decrypt(encrypt(text, appId, key), appId, key)?.toString()).toBe(text)
      }),
    )
  })

  it('opens nothing whose bits were changed in length, appid or padding', () => {
    const sealed = Buffer.from(encrypt('路灯不亮', appId, key), 'base64')
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed)
      changed[i] = (changed[i] as number) ^ 0x01
      const opened = decrypt(changed.toString('base64'), appId, key)
      // CBC lets the random prefix and message bytes change unseen; that is what msg_signature is for.
      if (opened) expect(opened.length).toBe(12)
    }
    expect(decrypt(sealed.toString('base64'), 'wx0000000000000002', key)).toBeNull()
    expect(decrypt(sealed.toString('base64'), appId, other)).toBeNull()
  })

  it.each([
    '',
    'A',
    '====',
    '不是',
    'AAAA',
    Buffer.alloc(32).toString('base64'),
    Buffer.alloc(16, 7).toString('base64url') + '_',
  ])('answers null, never an error, for %j', (text) => {
    expect(decrypt(text, appId, key)).toBeNull()
  })

  it('never throws for random ciphertext', () => {
    fc.assert(
      fc.property(fc.base64String({ maxLength: 300 }), (text) => {
        expect(decrypt(text, appId, key)).toBeNull()
      }),
    )
  })

  it('tries the previous key and says which one fitted', () => {
    const sealed = encrypt('x', appId, other)
    expect(decryptWithAny(sealed, appId, [key, other])).toMatchObject({ key: other })
    expect(decryptWithAny(sealed, appId, [key])).toBeNull()
  })

  it('refuses a key that is none, before anything runs with it', () => {
    expect(() => aesKey('short')).toThrow('43 base64 characters')
  })

  it('takes only a single string as a signature', () => {
    const right = signature('t', '1', '2')
    expect(isSignedBy(right, 't', '1', '2')).toBe(true)
    expect(isSignedBy(right, '2', 't', '1')).toBe(true)
    for (const wrong of [undefined, '', [right, right], right.toUpperCase(), right.slice(1), `${right}0`])
      expect(isSignedBy(wrong, 't', '1', '2')).toBe(false)
  })
})
