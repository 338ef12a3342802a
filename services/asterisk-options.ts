import type { Report } from './report.ts'
import type { Tool } from './tools.ts'

/** Durations of the dialplan, in whole seconds. */
export interface AsteriskTimings {
  /** an older heartbeat counts as dead */
  heartbeatMaxAge: number
  /** the gateway must have claimed a caller so long after `ContactNew` */
  claimWithin: number
  /** longest stay in hold before the native queue */
  holdMax: number
  /** music between two looks at heartbeat and keys */
  slice: number
  /** pause between two announcements in hold */
  sayEvery: number
  /** ring time of an agent's phone when the gateway sets none */
  ring: number
  /** ring time of one member of the native queue, the duty number included */
  nativeRing: number
  /** longest wait for agents in the native queue */
  nativeAgents: number
  /** after so long without an answer from agents the duty number rings too */
  dutyAfter: number
  /** longest wait for the duty number when no agent can be reached */
  nativeDuty: number
  emergencyRing: number
  /** ring time of a citizen who is called back */
  citizenRing: number
  voicemailMax: number
  /** silence on the line that ends a call, not on hold and on hold */
  rtpTimeout: number
  rtpTimeoutHold: number
  /** pause between two checks of a phone or trunk by OPTIONS; 0 = never */
  qualify: number
}

export const defaultTimings: AsteriskTimings = {
  heartbeatMaxAge: 6,
  claimWithin: 6,
  holdMax: 600,
  slice: 5,
  sayEvery: 20,
  ring: 8,
  nativeRing: 20,
  nativeAgents: 90,
  dutyAfter: 30,
  nativeDuty: 60,
  emergencyRing: 30,
  citizenRing: 40,
  voicemailMax: 120,
  rtpTimeout: 30,
  rtpTimeoutHold: 300,
  qualify: 30,
}

/** A phone with a fixed address and without registration, for tests on the loopback address. */
export interface StaticPhone {
  /** four digits */
  number: string
  /** e.g. `sip:3001@127.0.0.3:15070` */
  contact: string
}

/** A phone of the pool as an agent's desk needs it. */
export interface Phone {
  number: string
  secret: string
  /** `web` registers over WebSocket, `sip` over UDP or TCP */
  kind: 'web' | 'sip'
}

export interface AsteriskOptions {
  /** everything of this instance: settings, database, recordings, logs; made on the first start */
  dir: string
  /** part of every contact id; different for each Asterisk */
  systemName: string
  sipPort: number
  amiPort: number
  /** port of `/ws` */
  httpPort: number
  /** port of the encrypted `/ws`; absent: none */
  httpsPort?: number
  amiSecret: string
  rtpStart: number
  rtpEnd: number
  /** addresses from which the carrier calls, e.g. `203.0.113.10/32` */
  trunkMatch: string[]
  trunkHost: string
  trunkPort: number
  /** `host:port` of the line to the emergency numbers, which shows the citizen's number */
  emergencyTrunk: string
  /** rings when no agent can be reached; absent: call back and voicemail follow at once */
  dutyNumber?: string
  /** web phones 1001…, plain SIP phones 2001…, each `count` of them; secrets by number, made and kept when absent */
  phones: { count: number; secrets?: Record<string, string> }
  staticPhones?: StaticPhone[]

  /** address for SIP; 127.0.0.1 */
  sipHost?: string
  /** address for AMI; 127.0.0.1 */
  amiHost?: string
  /** address for `/ws`; 127.0.0.1 */
  httpHost?: string
  /** this machine as the carrier sees it, when it stands behind NAT */
  externalAddress?: string
  /** networks that need no `externalAddress` */
  localNetworks?: string[]
  /** networks from which phones may register; absent: all that can reach the port */
  phoneNetworks?: string[]
  /** networks from which the gateway speaks AMI; 127.0.0.1 only */
  amiPermit?: string[]

  /** numbers of the hotline; the first is shown to whoever is called */
  numbers?: string[]
  /** a further number that tells the progress of an order and nothing else; absent: none */
  progressNumber?: string
  /** numbers the emergency trunk may dial; absent: every emergency line that a statute names */
  emergencyNumbers?: string[]
  /** dialplan patterns of numbers that may be called back */
  callBackNumbers?: string[]
  /** digit that reports an emergency at any time; not 1 to 3, which call back and progress use */
  emergencyKey?: string
  /** keys of the optional menu; empty: no menu */
  menuKeys?: string
  /** more callers than this hear that all lines are busy; absent: as many as the RTP range carries, less what is kept */
  maxCallers?: number
  /** folder with recorded prompts */
  promptOverrides?: string
  timings?: Partial<AsteriskTimings>

  bin?: Tool
  /** absent: `asterisk.log` in the folder */
  log?: string
  report?: Report
  /** folder to remove should this run be killed */
  removes?: string
}
