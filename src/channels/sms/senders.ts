import type { Clock } from '../../base/clock.ts'
import type { SmsConfig, SmsProviderId } from '../config.ts'
import type { Sender } from '../outgoing/model.ts'
import { aliyunSender } from './send-aliyun.ts'
import { kannelSender } from './send-kannel.ts'
import { tencentSender } from './send-tencent.ts'

/** The carriers that can send; one without credentials only receives. */
export function smsSenders(config: SmsConfig, clock: Clock): Sender[] {
  const senders = [
    config.aliyun && aliyunSender(config.aliyun, clock),
    config.tencent && tencentSender(config.tencent, clock),
    config.kannel && kannelSender(config.kannel),
  ]
  return senders.filter((s) => s !== null)
}

/** Numbers of ours and the carrier each belongs to, so that an answer leaves by the way the question came. */
export function smsAccounts(config: SmsConfig): Record<string, SmsProviderId> {
  const accounts: Record<string, SmsProviderId> = {}
  if (config.aliyun) accounts[config.aliyun.account] = 'aliyun'
  if (config.tencent) accounts[config.tencent.account] = 'tencent'
  if (config.kannel) accounts[config.kannel.account] = 'kannel'
  return accounts
}
