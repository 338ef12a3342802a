/** Shapes only; `src/config/env.ts` fills them. A channel that is off is null. */

export type WechatMode = 'safe' | 'compatible' | 'plain'

/** A subscription (订阅通知) or template (模板消息) notice: one approved template for one purpose of ours. */
export type WechatNotice = {
  type: 'subscription' | 'template'
  templateId: string
  /** Name of WeChat's field (`thing2`) → name of our parameter (`title`). */
  fields: Record<string, string>
  /** Opened when the citizen taps the notice. */
  page?: string
}

export type WechatConfig = {
  appId: string
  token: string
  /** 43 characters each: the current EncodingAESKey and, during a rotation, the one before. Unused in plain mode. */
  aesKey: string | null
  aesKeyPrevious: string | null
  /** AppSecret; without it nothing can be sent or fetched. */
  secret: string | null
  /** `safe` refuses plain bodies; `compatible` takes both; `plain` needs no keys. */
  mode: WechatMode
  /** `https://api.weixin.qq.com` unless a test or a proxy stands in. No trailing slash. */
  apiBase: string
  /** Purpose → notice, for citizens outside the 48 h window. */
  notices: Record<string, WechatNotice>
}

export const smsProviders = ['aliyun', 'tencent', 'kannel'] as const
export type SmsProviderId = (typeof smsProviders)[number]

/** An approved template of a provider: its id and our parameter names in the provider's order or naming. */
export type SmsTemplate = { id: string; params: string[] }

type Inbound = {
  /** Secret of the webhook path, at most 100 characters. Never logged. */
  token: string
  /** Our number, where the provider does not say which was addressed. */
  account: string
}

export type AliyunConfig = Inbound & {
  /** Null: receives only. */
  send: {
    /** `https://dysmsapi.aliyuncs.com` by default. */
    url: string
    accessKeyId: string
    accessKeySecret: string
    signName: string
    templates: Record<string, SmsTemplate>
  } | null
}

export type TencentConfig = Inbound & {
  send: {
    /** `https://sms.tencentcloudapi.com` by default. */
    url: string
    secretId: string
    secretKey: string
    sdkAppId: string
    region: string
    signName: string
    templates: Record<string, SmsTemplate>
  } | null
}

export type KannelConfig = Inbound & {
  send: {
    /** `http://127.0.0.1:13013/cgi-bin/sendsms` of smsbox. */
    url: string
    username: string
    password: string
    /** Put before every text as 【…】; operators require it. Empty: none. */
    signName: string
    /** Purpose → text with `{parameter}` places. */
    templates: Record<string, string>
    /** Our public address, for delivery reports; null: none are asked for. */
    reportBase: string | null
  } | null
}

export type SmsConfig = {
  aliyun: AliyunConfig | null
  tencent: TencentConfig | null
  kannel: KannelConfig | null
  /** Addresses or CIDR ranges that may call the webhooks; empty: any. */
  allow: string[]
  /** Who sends when the conversation does not decide it. */
  sendBy: SmsProviderId | null
}
