import type { AmiMessage } from './ami/frames.ts'
import { phoneOf, toStage, type CallFact, type ConfRole, type Known } from './call-event.ts'
import { variablesOf } from './legs.ts'
import type { EndedRecord, QueueConnect } from './journals.ts'
import type { OpenCall } from './ports.ts'

/**
 * PURE. After a gap: what must the ledger be told so that it agrees with Asterisk? Keys are those of the live events,
 * so a fact that was committed before the gap is told again without effect; only an end that nobody saw has its own.
 */
export type Evidence = {
  node: string
  /** Calls whose leg the ledger believes alive, read before the snapshot. */
  open: readonly OpenCall[]
  /** Rows of the `Status` action, with `snapshotVariables`. */
  rows: readonly AmiMessage[]
  /** Legs that ended in the gap, as Asterisk wrote them down. */
  ended: readonly EndedRecord[]
  connects: readonly QueueConnect[]
  /** Milliseconds; stands for instants that nobody saw. */
  now: number
}

export type Findings = {
  /** What is true at the snapshot: told before the events that came during it. */
  state: CallFact[]
  /** Ends that nobody saw: told after those events, which may hold the true end. */
  orphans: CallFact[]
}

export function reconcile(evidence: Evidence): Findings {
  const { node, open, rows, ended, connects, now } = evidence
  const live = rows.filter((row) => toStage(variablesOf(row)['SHARED(stage)']) !== null)
  const alive = new Set(live.map((row) => variablesOf(row)['CONTACT'] ?? ''))
  const recorded = new Set(ended.map((record) => record.callId))

  const orphans = open.filter((call) => !alive.has(call.callId) && !recorded.has(call.callId))
  return {
    state: [
      ...ended.flatMap((record) => factsOfRecord(node, record, connects)),
      ...live.flatMap((row) => factsOfLive(node, row, rows, now)),
    ],
    orphans: orphans.map((call) => lost(node, call, now)),
  }
}

const known = (node: string, callId: string, name: string, at: number): Known & { recovered: true } => ({
  key: `${callId}/${name}`,
  callId,
  node,
  at,
  recovered: true,
})

/**
 * Neither alive nor written down: Asterisk died with it, or its record is out of reach. The key is not that of a leg: of a
 * citizen who was called back the first leg ended long ago.
 */
export const lost = (node: string, { callId }: OpenCall, now: number): CallFact => ({
  ...known(node, callId, `lost:${now}`, now),
  type: 'callEnded',
  stage: null,
  cause: 0,
  phone: null,
  answered: false,
})

function factsOfRecord(node: string, record: EndedRecord, connects: readonly QueueConnect[]): CallFact[] {
  const { callId, legId, phone, answered } = record
  const fact = (name: string, at: number) => known(node, callId, name, at)
  const facts: CallFact[] = []
  if (record.outbound) {
    // The gateway made this call: its contact is older than its legs.
    const status = record.outbound
    if (!answered && status !== 'CANCEL')
      facts.push({
        ...fact(`outFailed:${legId}`, record.end),
        type: 'outFailed',
        phone: phone ?? '',
        status,
        cause: 0,
      })
  } else if (legId === callId) {
    const arrived = { ani: record.ani, withheld: record.ani === '', dnis: record.dnis }
    facts.push({ ...fact('arrived', record.start), type: 'callArrived', ...arrived })
  } else facts.push({ ...fact(`calledBack:${legId}`, record.start), type: 'calledBack' })
  if (record.emergency) {
    facts.push({ ...fact(`emergency:${legId}`, record.start), type: 'emergencyKey', stage: null })
  }
  if (record.native) {
    facts.push({ ...fact(`native:${legId}`, record.start), type: 'callNative', reason: 'recovered' })
    const connect = connects.findLast((one) => one.legId === legId)
    if (connect || answered) {
      const agentLeg = connect?.agentLegId || 'record'
      const at = connect?.at ?? record.answer ?? record.end
      const who = { phone: connect?.phone ?? phone, legId: agentLeg }
      facts.push({ ...fact(`nativeAnswered:${agentLeg}`, at), type: 'nativeAnswered', ...who })
    }
  } else if (answered && phone) {
    const talk = { phone, legId: 'record' }
    const at = record.answer ?? record.end
    facts.push({ ...fact(`answered:record:${legId}`, at), type: 'callAnswered', ...talk })
    facts.push({ ...fact(`bridged:record:${legId}`, at), type: 'callBridged', ...talk })
  }
  if (record.callBackNumber) {
    const asked = { number: record.callBackNumber }
    facts.push({ ...fact(`callBack:${legId}`, record.end), type: 'callBackRequested', ...asked })
  }
  if (record.voicemail) {
    const left = { file: record.voicemail, seconds: 0 }
    facts.push({ ...fact(`voicemail:${legId}`, record.end), type: 'voicemailLeft', ...left })
  }
  const ended = { stage: toStage(record.stage), cause: 0, phone, answered }
  facts.push({ ...fact(`ended:${legId}`, record.end), type: 'callEnded', ...ended })
  return facts
}

function factsOfLive(node: string, row: AmiMessage, rows: readonly AmiMessage[], now: number): CallFact[] {
  const vars = variablesOf(row)
  const legId = row.fields['Uniqueid'] ?? ''
  const callId = vars['CONTACT'] ?? ''
  const stage = toStage(vars['SHARED(stage)'])
  const began = Number(/(\d+)\.\d+$/.exec(legId)?.[1] ?? 0) * 1_000 || now
  const fact = (name: string, at = now) => known(node, callId, name, at)
  const others = rows.filter((other) => other !== row && variablesOf(other)['CONTACT'] === callId)
  const agent = vars['SHARED(agent)'] ?? ''
  const phone = /^\d+$/.test(agent) ? agent : null
  const agentLeg =
    others.find((other) => phoneOf(other.fields['Channel']) === phone)?.fields['Uniqueid'] ?? ''
  const emergency = vars['EMERGENCY'] === '1'

  const facts: CallFact[] = []
  if (vars['OUTBOUND'] === '1' || stage === 'outPhone') {
    if (stage === 'outDial')
      facts.push({ ...fact(`outPhone:${legId}`), type: 'outPhoneAnswered', phone: phone ?? '' })
  } else if (legId === callId) {
    const arrived = {
      ani: vars['ANI'] ?? '',
      withheld: vars['WITHHELD'] === '1',
      dnis: vars['DNIS'] ?? '',
    }
    facts.push({ ...fact('arrived', began), type: 'callArrived', ...arrived })
  } else facts.push({ ...fact(`calledBack:${legId}`, began), type: 'calledBack' })
  if (emergency) facts.push({ ...fact(`emergency:${legId}`), type: 'emergencyKey', stage })

  if (vars['NATIVE'] === '1' || stage === 'native' || stage === 'nativeTalk') {
    facts.push({ ...fact(`native:${legId}`), type: 'callNative', reason: 'recovered' })
    if (stage === 'nativeTalk') {
      facts.push({ ...fact(`nativeAnswered:${agentLeg}`), type: 'nativeAnswered', phone, legId: agentLeg })
    }
    return facts
  }
  switch (stage) {
    case 'hold': {
      const holdN = Number(vars['HOLDN']) || 1
      // The dialplan forgets the reason once it has acted on it; whether he has talked to somebody tells enough.
      const answered = vars['SHARED(answered)'] === '1'
      const reason = answered ? 'agentLost' : holdN > 1 ? 'noAnswer' : 'new'
      const held = { holdN, reason, lastDial: vars['LASTDIAL'] ?? '', emergency }
      facts.push({ ...fact(`held:${legId}:${holdN}`), type: 'callHeld', ...held })
      break
    }
    case 'ring':
      if (phone && agentLeg) {
        facts.push({ ...fact(`ringing:${agentLeg}`), type: 'callRinging', phone, legId: agentLeg })
      }
      break
    case 'talk':
    case 'held':
    case 'conference': {
      if (!phone) break
      const talk = { phone, legId: agentLeg }
      facts.push({ ...fact(`answered:${agentLeg}`), type: 'callAnswered', ...talk })
      facts.push({ ...fact(`bridged:${agentLeg}`), type: 'callBridged', ...talk })
      if (stage === 'held') {
        facts.push({ ...fact(`legHeld:${agentLeg}:${now}`), type: 'legHeld', phone, by: 'gateway' })
      }
      if (stage === 'conference') facts.push(...joined(others, fact, now))
      break
    }
    case 'callBack': {
      const asked = { number: vars['CALLBACK'] ?? '' }
      facts.push({ ...fact(`callBack:${legId}`), type: 'callBackRequested', ...asked })
      break
    }
    // The rest asks nothing of the ledger until it ends.
    case null:
    case 'greeting':
    case 'menu':
    case 'calledBack':
    case 'voicemail':
    case 'dismissed':
    case 'outPhone':
    case 'outDial':
      break
  }
  return facts
}

function joined(rows: readonly AmiMessage[], fact: (name: string) => Known, now: number): CallFact[] {
  return rows.flatMap((row): CallFact[] => {
    const vars = variablesOf(row)
    if (vars['ROLE'] !== 'emergency') return []
    const legId = row.fields['Uniqueid'] ?? ''
    const who = { role: 'emergency' as ConfRole, party: vars['PARTY'] ?? '', legId }
    return [{ ...fact(`confJoined:${legId}:${now}`), type: 'confJoined', ...who }]
  })
}
