/**
 * Events as Asterisk 22.10.1 with the dialplan of this project sends them: order, fields and length were taken down from
 * real calls (`./hotline bench calls` makes such), so that the bytes which the gateway must read are as many as in life.
 */
export type Leg = {
  /** `PJSIP/trunk-0000001a` */
  channel: string
  id: string
  linked: string
  number: string
  peer: string
}

export type Fields = Record<string, string | number>

export const systemName = 'day'

let lastMs = 0
/** Asterisk's clock: seconds with microseconds, never the same twice. */
export function stamp(): string {
  const now = performance.timeOrigin + performance.now()
  lastMs = now > lastMs ? now : lastMs + 0.001
  return (lastMs / 1_000).toFixed(6)
}

const lines = (fields: Fields): string => {
  let text = ''
  for (const name in fields) text += `${name}: ${fields[name]}\r\n`
  return text
}

export const event = (name: string, privilege: string, fields: Fields): string =>
  `Event: ${name}\r\nPrivilege: ${privilege},all\r\nTimestamp: ${stamp()}\r\nSystemName: ${systemName}\r\n${lines(fields)}\r\n`

const states = { Down: 0, Ring: 4, Ringing: 5, Up: 6 } as const
export type LegState = keyof typeof states

/** The block that describes a channel; `Dest…` for the dialled one. */
export const channel = (leg: Leg, state: LegState, context: string, exten: string, before = ''): Fields => ({
  [`${before}Channel`]: leg.channel,
  [`${before}ChannelState`]: states[state],
  [`${before}ChannelStateDesc`]: state,
  [`${before}CallerIDNum`]: leg.number,
  [`${before}CallerIDName`]: '<unknown>',
  [`${before}ConnectedLineNum`]: leg.peer,
  [`${before}ConnectedLineName`]: '<unknown>',
  [`${before}Language`]: 'zh',
  [`${before}AccountCode`]: '',
  [`${before}Context`]: context,
  [`${before}Exten`]: exten,
  [`${before}Priority`]: 10,
  [`${before}Uniqueid`]: leg.id,
  [`${before}Linkedid`]: leg.linked,
})

export const user = (name: string, leg: Fields, callId: string, more: Fields = {}): string =>
  event('UserEvent', 'user', { ...leg, UserEvent: name, ContactId: callId, ...more })

export const device = (name: string, state: string): string =>
  event('DeviceStateChange', 'call', { Device: name, State: state })

export const member = (phone: string, status: number): Fields => ({
  Queue: 'hotline',
  MemberName: phone,
  Interface: `PJSIP/${phone}`,
  StateInterface: `PJSIP/${phone}`,
  Membership: 'dynamic',
  Penalty: 1,
  CallsTaken: 0,
  LastCall: 0,
  LastPause: 0,
  LoginTime: 0,
  InCall: 0,
  Status: status,
  Paused: 0,
  PausedReason: '',
  Ringinuse: 0,
  Wrapuptime: 0,
})

export const bridge = (id: string, channels: number): Fields => ({
  BridgeUniqueid: id,
  BridgeType: 'basic',
  BridgeTechnology: 'simple_bridge',
  BridgeCreator: '<unknown>',
  BridgeName: '<unknown>',
  BridgeNumChannels: channels,
  BridgeVideoSourceMode: 'none',
})

export const response = (id: string, fields: Fields = {}, kind = 'Success'): string =>
  `Response: ${kind}\r\nActionID: ${id}\r\n${lines(fields)}\r\n`

/** A list as AMI gives it: a response, the items, and the end. */
export const list = (id: string, item: string, items: readonly Fields[], end: string): string =>
  response(id, { EventList: 'start', Message: 'a list follows' }) +
  items.map((fields) => `Event: ${item}\r\nActionID: ${id}\r\n${lines(fields)}\r\n`).join('') +
  `Event: ${end}\r\nActionID: ${id}\r\nEventList: Complete\r\nListItems: ${items.length}\r\n\r\n`
