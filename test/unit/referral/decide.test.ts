import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureWords, judge, type ReferralFact } from '../../../src/referral/decide.ts'
import { agentMayLeave, live, type Referral } from '../../../src/referral/model.ts'

const at = new Date('2026-03-02T10:00+08:00')
const dialling: Referral = {
  id: 'r',
  contactId: 'c',
  kind: 'threeWay',
  number: '119',
  state: 'dialling',
  failure: null,
  createdAt: at,
  farSideJoinedAt: null,
  takenOverAt: null,
  agentLeftAt: null,
}

/** The referral after a fact, and whether the fact was refused. */
function step(referral: Referral, fact: ReferralFact): { referral: Referral; refused: boolean } {
  const verdict = judge(referral, fact)
  if ('refused' in verdict) return { referral, refused: true }
  if ('note' in verdict) return { referral, refused: false }
  const { state, stamp, failure } = verdict.change
  const stamps = Object.fromEntries(stamp.map((name) => [name, at]))
  return { referral: { ...referral, state, ...stamps, failure: failure ?? referral.failure }, refused: false }
}
const after = (...facts: ReferralFact['type'][]): Referral =>
  facts.reduce((r, type) => step(r, { type, status: 'BUSY' }).referral, dialling)

describe('第七条 紧急求助: the agent stays until the far side has taken over', () => {
  it('may leave after the far side joined and he confirmed', () => {
    expect(agentMayLeave(after('farSideJoined', 'takenOver'))).toBe(true)
    expect(after('farSideJoined', 'takenOver', 'agentLeft', 'farSideLeft')).toMatchObject({ state: 'ended' })
  })

  it.each<[string, ReferralFact['type'][]]>([
    ['while it rings', []],
    ['when only the far side is there', ['farSideJoined']],
    ['when he confirms before it is there', ['takenOver']],
    ['when the line is busy', ['notReached']],
    ['when the far side went again', ['farSideJoined', 'farSideLeft']],
    ['when the far side went after taking over', ['farSideJoined', 'takenOver', 'farSideLeft']],
    ['when he called it off', ['farSideJoined', 'cancelled']],
    ['when it came back to life after a failure', ['notReached', 'farSideJoined', 'takenOver']],
  ])('may not leave %s', (_when, facts) => {
    const referral = after(...facts)
    expect(agentMayLeave(referral)).toBe(false)
    expect(step(referral, { type: 'agentLeft' }).refused).toBe(true)
  })

  it.each([
    ['BUSY', '占线'],
    ['NOANSWER', '无人接听'],
    ['REFUSED', '不允许'],
    ['CHANUNAVAIL', '线路'],
  ])('says in words why %s failed', (status, words) => {
    expect(failureWords(status)).toContain(words)
    expect(step(dialling, { type: 'notReached', status }).referral).toMatchObject({
      state: 'failed',
      failure: failureWords(status),
    })
  })

  it('holds for every sequence of facts and wishes', () => {
    const facts = fc.constantFrom<ReferralFact>(
      { type: 'farSideJoined' },
      { type: 'farSideLeft' },
      { type: 'notReached', status: 'BUSY' },
      { type: 'takenOver' },
      { type: 'agentLeft' },
      { type: 'cancelled' },
      { type: 'callerGone' },
    )
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 15 }), (sequence) => {
        let referral = dialling
        let farSideThere = false
        let confirmed = false
        for (const fact of sequence) {
          const before = referral
          const done = step(before, fact)
          if (fact.type === 'agentLeft' && !done.refused) expect(farSideThere && confirmed).toBe(true)
          referral = done.referral
          if (referral.state === 'joined') farSideThere = true
          if (fact.type === 'takenOver' && referral.state === 'takenOver') confirmed = true
          if (!live.includes(referral.state)) farSideThere = false
          // What is over stays over: a late fact raises nothing from the dead.
          if (!live.includes(before.state)) expect(referral).toBe(before)
        }
      }),
    )
  })
})
