import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/**
 * The environment, described once. Names are the promise of the operator's interface; everything is optional, because
 * `./hotline start` gives what a machine needs. An empty value counts as not given.
 */
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))
const url = (description: string, pattern: string) => Type.Optional(Type.String({ pattern, description }))
const port = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$',
      description: `${description} (0 to 65535)`,
    }),
  )
const oneOf = (values: readonly string[], description: string) =>
  Type.Optional(
    Type.String({ pattern: `^(${values.join('|')})$`, description: `${description}: ${values.join(', ')}` }),
  )
const secret = (description: string) =>
  Type.Optional(Type.String({ minLength: 32, description: `${description}, at least 32 characters` }))
const http = '^https?://[^\\s/]+'

export const cities = ['anshan-2019', 'anshan-draft', 'baiyin-2024', 'dandong-first-asked'] as const

export const Env = Type.Object({
  HOTLINE_HOST: text('address to listen on'),
  HOTLINE_PORT: port('port to listen on'),
  HOTLINE_DATA: text('folder of spool, media and recordings'),
  HOTLINE_CITY: oneOf(cities, 'statute of the city'),
  HOTLINE_LIMITS: text(
    'limits that the statutes leave to the platform, such as BY24-D04=3wd,BY24-D05=10wd; units wd, h, min, month',
  ),
  HOTLINE_NODE: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{1,40}$',
      description: 'name of this gateway, unique among gateways',
    }),
  ),
  HOTLINE_REGION: Type.Optional(
    Type.String({ pattern: '^[a-z0-9-]{1,32}$', description: 'region, the hash tag of all Redis keys' }),
  ),
  DATABASE_URL: url('PostgreSQL 15 or later; several hosts separated by commas', '^postgres(ql)?://'),
  REDIS_URL: url(
    'Redis 7 or later, noeviction; redis+sentinel://HOST,HOST,HOST/NAME asks Sentinels for the primary',
    '^rediss?(://|\\+sentinel://[^/]+/[^/]+)',
  ),
  AMI_URL: url(
    'ami://user:secret@host:port of each Asterisk, separated by commas',
    '^ami://[^,\\s]+(,ami://[^,\\s]+)*$',
  ),
  HOTLINE_ASTERISK_HTTP_PORT: port("Asterisk's HTTP port, whose /ws the gateway proxies at /sip"),
  HOTLINE_ASTERISK_WSS: text("address of Asterisk's own secure WebSocket as browsers reach it"),
  HOTLINE_ASTERISK_DIR: text("folder that holds Asterisk's CDR, queue log and recordings"),
  HOTLINE_NODE_LOST_MINUTES: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]{0,3}$',
      description: 'minutes after which calls of an Asterisk that does not come back are ended (1 to 9999)',
    }),
  ),
  HOTLINE_PHONES: text('file with the generated pool of phones and their secrets'),
  HOTLINE_SECRET: secret('signs session cookies'),
  HOTLINE_PII_KEY: secret('encrypts identity columns'),
  HOTLINE_PII_KEY_PREVIOUS: Type.Optional(
    Type.String({
      pattern: '^[^,]{32,}(,[^,]{32,})*$',
      description: 'every key before a rotation, separated by commas, each at least 32 characters; open only',
    }),
  ),
  HOTLINE_PII_LOOKUP_KEY: secret('key of the look-up hashes when it differs from HOTLINE_PII_KEY'),
  HOTLINE_PUBLIC_URL: url('address under which people reach the gateway', http),
  HOTLINE_TRUSTED_PROXY: text(
    'addresses or ranges of proxies whose X-Forwarded-For counts, separated by commas',
  ),
  HOTLINE_TLS_CERT: text('certificate chain, PEM file'),
  HOTLINE_TLS_KEY: text('private key, PEM file'),
  HOTLINE_DUTY_NUMBER: Type.Optional(
    Type.String({ pattern: '^[0-9]{3,16}$', description: 'duty telephone when nobody is signed in' }),
  ),
  HOTLINE_PROGRESS_NUMBER: Type.Optional(
    Type.String({
      pattern: '^[0-9]{3,16}$',
      description: 'number that tells the progress of an order alone',
    }),
  ),
  HOTLINE_ROUTING: text('JSON: what each number or account asks of an agent'),
  HOTLINE_INCIDENT_NOTICES: text(
    'JSON: name of a department that is told of incidents, to its telephone numbers',
  ),
  HOTLINE_EXCHANGE_TOKENS: text(
    'JSON: platforms that exchange matters, each with the SHA-256 of its tokens; without it the exchange is off',
  ),
  WECHAT_TOKEN: text('token of the message push'),
  WECHAT_APPID: text('AppID of the service account'),
  WECHAT_AES_KEY: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9]{43}$', description: 'EncodingAESKey, 43 characters' }),
  ),
  WECHAT_AES_KEY_PREVIOUS: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9]{43}$', description: 'EncodingAESKey before a rotation' }),
  ),
  WECHAT_SECRET: text('AppSecret; without it nothing is sent or fetched'),
  WECHAT_MODE: oneOf(['safe', 'compatible', 'plain'], 'mode of the message push'),
  WECHAT_API_BASE: url("address of WeChat's API", http),
  WECHAT_NOTICES: text('JSON: purpose to approved notice, for citizens outside the 48 hours'),
  SMS_ALLOW: text('source addresses or ranges of SMS webhooks, separated by commas'),
  SMS_SEND_BY: oneOf(
    ['aliyun', 'tencent', 'kannel'],
    'provider that sends when the conversation does not decide',
  ),
  SMS_ALIYUN_TOKEN: text('path token of the webhook'),
  SMS_ALIYUN_ACCOUNT: text('our number at the provider'),
  SMS_ALIYUN_SEND_URL: url('sending address', http),
  SMS_ALIYUN_KEY_ID: text('AccessKey id'),
  SMS_ALIYUN_KEY_SECRET: text('AccessKey secret'),
  SMS_ALIYUN_SIGN: text('approved signature'),
  SMS_ALIYUN_TEMPLATES: text('JSON: purpose to template'),
  SMS_TENCENT_TOKEN: text('path token of the webhook'),
  SMS_TENCENT_ACCOUNT: text('our number at the provider'),
  SMS_TENCENT_SEND_URL: url('sending address', http),
  SMS_TENCENT_SECRET_ID: text('SecretId'),
  SMS_TENCENT_SECRET_KEY: text('SecretKey'),
  SMS_TENCENT_APP_ID: text('SmsSdkAppId'),
  SMS_TENCENT_REGION: text('region of the API'),
  SMS_TENCENT_SIGN: text('approved signature'),
  SMS_TENCENT_TEMPLATES: text('JSON: purpose to template'),
  SMS_KANNEL_TOKEN: text('path token of the webhook'),
  SMS_KANNEL_ACCOUNT: text('our number at the operator'),
  SMS_KANNEL_SEND_URL: url('address of smsbox', http),
  SMS_KANNEL_USER: text('user at smsbox'),
  SMS_KANNEL_PASSWORD: text('password at smsbox'),
  SMS_KANNEL_SIGN: text('signature put before every text'),
  SMS_KANNEL_TEMPLATES: text('JSON: purpose to text with {parameters}'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'log level'),
})
export type Env = Static<typeof Env>

export class EnvProblems extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`the configuration has ${problems.length} problem(s):\n- ${problems.join('\n- ')}`)
    this.name = 'EnvProblems'
    this.problems = problems
  }
}

/**
 * The one reader of `process.env`.
 * @throws EnvProblems with every problem at once; values are never repeated, for some are secrets
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const given: Record<string, string> = {}
  for (const name of Object.keys(Env.properties)) {
    const value = source[name]?.trim()
    if (value) given[name] = value
  }
  const problems: string[] = []
  for (const error of Value.Errors(Env, given)) {
    const name = error.instancePath.slice(1)
    const field = (Env.properties as Record<string, { description?: string }>)[name]
    problems.push(`${name} is not valid: ${field?.description ?? error.message}`)
  }
  if (problems.length > 0) throw new EnvProblems([...new Set(problems)])
  return given
}

/** A comma-separated value. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part.length > 0)
