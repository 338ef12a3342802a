import { ServiceProblem } from './command.ts'
import { setting } from './settings.ts'

/** What the operator says about the private Asterisk: its line to the carrier and the addresses it uses. */
export interface TelephonySettings {
  sipHost: string
  rtpStart: number
  rtpEnd: number
  trunkMatch: string[]
  trunkHost: string
  trunkPort: number
  emergencyTrunk: string
  externalAddress: string | undefined
  dutyNumber: string | undefined
  progressNumber: string | undefined
  phones: number
}

/** Nobody answers there: without a line to the carrier no call comes in and none goes out. */
const nowhere = '127.0.0.2:5080'

const list = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/**
 * Reads the settings of the private Asterisk.
 * @throws ServiceProblem that names all problems at once
 */
export function telephonySettings(): TelephonySettings {
  const problems: string[] = []
  const complain = (name: string, wants: string): void => {
    problems.push(`${name} must be ${wants}, not "${setting(name) ?? ''}"`)
  }
  const hostAndPort = (name: string, fallback: string): [string, number] => {
    const found = /^([A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(setting(name) ?? fallback)
    if (found === null || Number(found[2] ?? 5060) > 65535) complain(name, 'a host or host:port')
    return [found?.[1] ?? '', Number(found?.[2] ?? 5060)]
  }
  const range = /^(\d{4,5})-(\d{4,5})$/.exec(setting('HOTLINE_RTP_PORTS') ?? '20000-20999')
  const [rtpStart, rtpEnd] = [Number(range?.[1]), Number(range?.[2])]
  // each call takes four ports: two legs, each with RTP and RTCP
  if (range === null || rtpStart < 1024 || rtpEnd > 65535 || rtpEnd - rtpStart < 19) {
    complain('HOTLINE_RTP_PORTS', 'a range of at least 20 ports like 20000-20999')
  }
  const [trunkHost, trunkPort] = hostAndPort('HOTLINE_TRUNK', nowhere)
  const [emergencyHost, emergencyPort] = hostAndPort('HOTLINE_EMERGENCY_TRUNK', nowhere)
  const trunkMatch = list(setting('HOTLINE_TRUNK_MATCH') ?? trunkHost)
  if (!trunkMatch.every((each) => /^[A-Za-z0-9.:-]+(\/\d{1,3})?$/.test(each))) {
    complain('HOTLINE_TRUNK_MATCH', 'addresses or networks separated by commas')
  }
  const dutyNumber = setting('HOTLINE_DUTY_NUMBER')
  if (dutyNumber !== undefined && !/^\d{3,16}$/.test(dutyNumber)) {
    complain('HOTLINE_DUTY_NUMBER', 'a telephone number of 3 to 16 digits')
  }
  const progressNumber = setting('HOTLINE_PROGRESS_NUMBER')
  if (progressNumber !== undefined && !/^\d{3,16}$/.test(progressNumber)) {
    complain('HOTLINE_PROGRESS_NUMBER', 'a telephone number of 3 to 16 digits')
  }
  const phones = Number(setting('HOTLINE_PHONE_COUNT') ?? 100)
  if (!Number.isInteger(phones) || phones < 1 || phones > 999)
    complain('HOTLINE_PHONE_COUNT', 'a number from 1 to 999')
  if (problems.length > 0) throw new ServiceProblem(`The settings have mistakes:\n- ${problems.join('\n- ')}`)
  return {
    sipHost: setting('HOTLINE_SIP_HOST') ?? '127.0.0.1',
    rtpStart,
    rtpEnd,
    trunkMatch,
    trunkHost,
    trunkPort,
    emergencyTrunk: `${emergencyHost}:${emergencyPort}`,
    externalAddress: setting('HOTLINE_EXTERNAL_ADDRESS'),
    dutyNumber,
    progressNumber,
    phones,
  }
}
