import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as frames from './town-frames.ts'
import { type Fields, response } from './town-frames.ts'
import { type CallEnd, type Caller, createTown, type TownCall, type TownCounts } from './town-calls.ts'

/**
 * A whole city on the telephone: a server of AMI, in a process of its own, that plays Asterisk for the gateway over a
 * real socket. What the gateway reads, parses and answers is what a real Asterisk would send and ask.
 */
export type TownPlan = { type: 'begin'; phones: string[]; secret: string }
export type TownWish =
  | { type: 'call'; callers: Caller[] }
  /** Mean length of a talk from now on. */
  | { type: 'talk'; meanMs: number }
  | { type: 'counts' }
  /** Every call that came in, with its end; null while it lasts. */
  | { type: 'ledger' }

export type TownReport = TownCounts & { waits: number[]; heartbeatAgeMs: number }
export type TownLedger = { callId: string; end: CallEnd | null }[]
export type TownAnswer =
  | { type: 'ready'; port: number }
  | { type: 'counts'; report: TownReport }
  | { type: 'ledger'; ledger: TownLedger }

function serve(plan: TownPlan): void {
  const readers = new Set<Socket>()
  const ledger = new Map<string, CallEnd | null>()
  let pending = ''
  // One write for what one moment brought, as Asterisk's own sender does it.
  const emit = (text: string): void => {
    if (pending === '') setImmediate(flush)
    pending += text
  }
  function flush(): void {
    const text = pending
    pending = ''
    for (const socket of readers) socket.write(text)
  }
  const town = createTown(emit, (call, end) => {
    if (!call.calledBack) ledger.set(call.callId, end)
  })
  for (const phone of plan.phones) town.phones.set(phone, { busy: false, member: false, paused: false })
  const globals = new Map<string, string>()
  const started = new Date().toISOString()

  /** A wish about a call, with the leg's `Uniqueid` for `Channel`. */
  function onCall(fields: Fields, act: (call: TownCall) => void): [Fields, string] {
    const call = town.calls.get(String(fields['Channel']))
    if (!call) return [{ Message: 'No such channel' }, 'Error']
    act(call)
    return [{ Message: 'done' }, 'Success']
  }

  const notSimulated = (what: string): [Fields, string] => {
    town.counts.notSimulated[what] = (town.counts.notSimulated[what] ?? 0) + 1
    return [{ Message: 'not simulated' }, 'Error']
  }

  function redirect(fields: Fields): [Fields, string] {
    const context = String(fields['Context'])
    const phone = String(fields['Exten'])
    return onCall(fields, (call) => {
      const waits = call.stage === 'hold' || call.stage === 'greeting'
      // As Asterisk does it: queued, and lost on whoever is not there any more.
      if (context === 'to-agent') return waits ? town.ringPhone(call, phone) : undefined
      if (context === 'hold') return town.backToHold(call)
      if (context === 'native') return waits ? town.toNative(call) : undefined
      if (context === 'dismissed' || context === 'voicemail') return town.hangUp(call)
      notSimulated(`Redirect ${context}`)
    })
  }

  function setvar(fields: Fields): [Fields, string] {
    const { Channel: where, Variable: name, Value: value } = fields
    if (where !== undefined)
      return onCall(fields, (call) => {
        if (name === 'GW_SEEN') call.claimed = true
      })
    globals.set(String(name), String(value))
    if (name === 'GW_HB') town.state.heartbeat = Number(value) * 1_000
    return [{ Message: 'Variable Set' }, 'Success']
  }

  function originate(fields: Fields, variables: readonly string[]): [Fields, string] {
    if (fields['Context'] !== 'called-back') return notSimulated(`Originate ${fields['Context']}`)
    const of = (name: string): string =>
      variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
    town.callBack(of('CONTACT'), String(fields['Exten']), of('NUMBER'))
    return [{ Message: 'Originate successfully queued' }, 'Success']
  }

  function queue(action: string, fields: Fields): [Fields, string] {
    const phone = town.phones.get(String(fields['Interface']).replace('PJSIP/', ''))
    if (!phone) return [{ Message: 'Interface not found' }, 'Error']
    if (action === 'QueueAdd' && phone.member)
      return [{ Message: 'Unable to add interface: Already there' }, 'Error']
    if (action !== 'QueuePause') phone.member = action === 'QueueAdd'
    if (fields['Paused'] !== undefined) phone.paused = /^(1|true|yes)$/.test(String(fields['Paused']))
    return [{ Message: 'done' }, 'Success']
  }

  const lists: Record<string, (id: string) => string> = {
    Status: (id) =>
      frames.list(
        id,
        'Status',
        [...town.calls.values()].map((call) => frames.channel(call.leg, 'Up', 'hold', 's')),
        'StatusComplete',
      ),
    DeviceStateList: (id) =>
      frames.list(
        id,
        'DeviceStateChange',
        [...town.phones].map(([phone, { busy }]) => ({
          Device: `PJSIP/${phone}`,
          State: busy ? 'BUSY' : 'NOT_INUSE',
        })),
        'DeviceStateListComplete',
      ),
    QueueStatus: (id) =>
      frames.list(
        id,
        'QueueMember',
        [...town.phones].flatMap(([phone, { member, paused }]) =>
          member ? [{ ...frames.member(phone, 1), Location: `PJSIP/${phone}`, Paused: paused ? 1 : 0 }] : [],
        ),
        'QueueStatusComplete',
      ),
  }

  const actions: Record<string, (fields: Fields, variables: readonly string[]) => [Fields, string]> = {
    Ping: () => [{ Ping: 'Pong', Timestamp: frames.stamp() }, 'Success'],
    CoreSettings: () => [{ AsteriskVersion: '22.10.1', SystemName: frames.systemName }, 'Success'],
    CoreStatus: () => [
      { CoreStartupDate: started.slice(0, 10), CoreStartupTime: started.slice(11, 19) },
      'Success',
    ],
    Getvar: ({ Variable: name }) => [{ Variable: name!, Value: globals.get(String(name)) ?? '' }, 'Success'],
    Setvar: setvar,
    Redirect: redirect,
    Originate: originate,
    Hangup: (fields) => onCall(fields, town.hangUp),
    MixMonitorMute: (fields) => onCall(fields, () => {}),
    QueueAdd: (fields) => queue('QueueAdd', fields),
    QueuePause: (fields) => queue('QueuePause', fields),
    QueueRemove: (fields) => queue('QueueRemove', fields),
  }

  function hear(socket: Socket, frame: string): void {
    const fields: Fields = {}
    const variables: string[] = []
    for (const line of frame.split('\r\n')) {
      const colon = line.indexOf(':')
      if (colon < 1) continue
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()]
      fields[name] = value
      if (name === 'Variable') variables.push(value)
    }
    const action = Object.entries(fields).find(([name]) => name.toLowerCase() === 'action')?.[1]
    const id = String(fields['ActionID'] ?? fields['actionid'] ?? '')
    if (action === 'Login' || action === 'login') {
      socket.write(response(id, { Message: 'Authentication accepted' }))
      socket.write('Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1\r\nStatus: Fully Booted\r\n\r\n')
      return void readers.add(socket)
    }
    if (action === 'Logoff') return void socket.end(response(id, { Message: 'Thanks' }, 'Goodbye'))
    const list = lists[String(action)]
    if (list) return void socket.write(list(id))
    const [answer, kind] = actions[String(action)]?.(fields, variables) ?? notSimulated(String(action))
    socket.write(response(id, answer, kind))
  }

  const server = createServer((socket) => {
    let rest = ''
    socket.setNoDelay(true).setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => readers.delete(socket))
    socket.on('data', (chunk: string) => {
      rest += chunk
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        hear(socket, rest.slice(0, end))
        rest = rest.slice(end + 4)
      }
    })
    socket.write('Asterisk Call Manager/11.0.0\r\n')
  })
  const say = (answer: TownAnswer): void => void process.send!(answer)
  server.listen(0, '127.0.0.1', () =>
    say({ type: 'ready', port: (server.address() as { port: number }).port }),
  )

  process.on('message', (wish: TownWish) => {
    if (wish.type === 'call') for (const caller of wish.callers) ledger.set(town.arrive(caller).callId, null)
    if (wish.type === 'talk') town.state.talkMeanMs = wish.meanMs
    if (wish.type === 'counts') {
      const heartbeatAgeMs = Date.now() - town.state.heartbeat
      say({ type: 'counts', report: { ...town.counts, waits: town.takeWaits(), heartbeatAgeMs } })
    }
    if (wish.type === 'ledger')
      say({ type: 'ledger', ledger: [...ledger].map(([callId, end]) => ({ callId, end })) })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (plan: TownPlan) => serve(plan))
  process.on('disconnect', () => process.exit(0))
}
