import type {
  AliyunConfig,
  KannelConfig,
  SmsConfig,
  SmsTemplate,
  TencentConfig,
  WechatConfig,
  WechatMode,
  WechatNotice,
} from '../channels/config.ts'
import { list, type Env } from './env.ts'

export type ChannelConfig = { wechat: WechatConfig | null; sms: SmsConfig | null }

type Json = <T>(name: keyof Env, fallback: T) => T

/** A channel without its variables is off; one with half of them is a mistake that is named. */
export function channelConfig(env: Env, json: Json, problems: string[]): ChannelConfig {
  const sms: SmsConfig = {
    aliyun: aliyun(env, json, problems),
    tencent: tencent(env, json, problems),
    kannel: kannel(env, json, problems),
    allow: env.SMS_ALLOW ? list(env.SMS_ALLOW) : [],
    sendBy: null,
  }
  const able = (['aliyun', 'tencent', 'kannel'] as const).filter((id) => sms[id]?.send)
  sms.sendBy = (env.SMS_SEND_BY as SmsConfig['sendBy']) ?? able[0] ?? null
  if (sms.sendBy && !able.includes(sms.sendBy))
    problems.push(`SMS_SEND_BY names ${sms.sendBy}, which cannot send`)
  return {
    wechat: wechat(env, json, problems),
    sms: sms.aliyun || sms.tencent || sms.kannel ? sms : null,
  }
}

/** All of `names`, or null when none is given. */
function together<K extends keyof Env>(env: Env, names: K[], problems: string[]): Record<K, string> | null {
  const missing = names.filter((name) => !env[name])
  if (missing.length === names.length) return null
  if (missing.length > 0) {
    problems.push(`${missing.join(', ')} missing beside ${names.filter((n) => env[n]).join(', ')}`)
    return null
  }
  return Object.fromEntries(names.map((name) => [name, env[name]])) as Record<K, string>
}

function wechat(env: Env, json: Json, problems: string[]): WechatConfig | null {
  const base = together(env, ['WECHAT_TOKEN', 'WECHAT_APPID'], problems)
  if (!base) return null
  const mode = (env.WECHAT_MODE as WechatMode | undefined) ?? 'safe'
  if (mode !== 'plain' && !env.WECHAT_AES_KEY)
    problems.push(`WECHAT_AES_KEY is missing: mode ${mode} needs it`)
  return {
    appId: base.WECHAT_APPID,
    token: base.WECHAT_TOKEN,
    aesKey: env.WECHAT_AES_KEY ?? null,
    aesKeyPrevious: env.WECHAT_AES_KEY_PREVIOUS ?? null,
    secret: env.WECHAT_SECRET ?? null,
    mode,
    apiBase: (env.WECHAT_API_BASE ?? 'https://api.weixin.qq.com').replace(/\/$/, ''),
    notices: json<Record<string, WechatNotice>>('WECHAT_NOTICES', {}),
  }
}

function aliyun(env: Env, json: Json, problems: string[]): AliyunConfig | null {
  if (!env.SMS_ALIYUN_TOKEN) return null
  const send = together(env, ['SMS_ALIYUN_KEY_ID', 'SMS_ALIYUN_KEY_SECRET', 'SMS_ALIYUN_SIGN'], problems)
  return {
    token: env.SMS_ALIYUN_TOKEN,
    account: env.SMS_ALIYUN_ACCOUNT ?? 'aliyun',
    send: send && {
      url: env.SMS_ALIYUN_SEND_URL ?? 'https://dysmsapi.aliyuncs.com',
      accessKeyId: send.SMS_ALIYUN_KEY_ID,
      accessKeySecret: send.SMS_ALIYUN_KEY_SECRET,
      signName: send.SMS_ALIYUN_SIGN,
      templates: json<Record<string, SmsTemplate>>('SMS_ALIYUN_TEMPLATES', {}),
    },
  }
}

function tencent(env: Env, json: Json, problems: string[]): TencentConfig | null {
  if (!env.SMS_TENCENT_TOKEN) return null
  const send = together(
    env,
    ['SMS_TENCENT_SECRET_ID', 'SMS_TENCENT_SECRET_KEY', 'SMS_TENCENT_APP_ID', 'SMS_TENCENT_SIGN'],
    problems,
  )
  return {
    token: env.SMS_TENCENT_TOKEN,
    account: env.SMS_TENCENT_ACCOUNT ?? 'tencent',
    send: send && {
      url: env.SMS_TENCENT_SEND_URL ?? 'https://sms.tencentcloudapi.com',
      secretId: send.SMS_TENCENT_SECRET_ID,
      secretKey: send.SMS_TENCENT_SECRET_KEY,
      sdkAppId: send.SMS_TENCENT_APP_ID,
      region: env.SMS_TENCENT_REGION ?? 'ap-beijing',
      signName: send.SMS_TENCENT_SIGN,
      templates: json<Record<string, SmsTemplate>>('SMS_TENCENT_TEMPLATES', {}),
    },
  }
}

function kannel(env: Env, json: Json, problems: string[]): KannelConfig | null {
  if (!env.SMS_KANNEL_TOKEN) return null
  const send = together(env, ['SMS_KANNEL_SEND_URL', 'SMS_KANNEL_USER', 'SMS_KANNEL_PASSWORD'], problems)
  return {
    token: env.SMS_KANNEL_TOKEN,
    account: env.SMS_KANNEL_ACCOUNT ?? 'kannel',
    send: send && {
      url: send.SMS_KANNEL_SEND_URL,
      username: send.SMS_KANNEL_USER,
      password: send.SMS_KANNEL_PASSWORD,
      signName: env.SMS_KANNEL_SIGN ?? '',
      templates: json<Record<string, string>>('SMS_KANNEL_TEMPLATES', {}),
      reportBase: env.HOTLINE_PUBLIC_URL ?? null,
    },
  }
}
