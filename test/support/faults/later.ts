import type { Chance } from './chance.ts'
import type { Site } from './site.ts'
import { deliverOnce, type Push } from './texts.ts'

/** What became of pushes that came again a day later. */
export type DayLater = {
  sent: number
  /** Not what the channel must answer: 2xx for what the provider repeats, 401 for an old signature that comes again. */
  wrongAnswers: string[]
  /** Rows that a repetition has made, or that a late first delivery has not. */
  wrongRows: string[]
}

/**
 * A day goes by (the ledger is moved back by 24 hours), then the providers repeat themselves: all at once, in another
 * order, at every gateway. What was stored stays single, whatever has ended meanwhile. An overheard WeChat push whose
 * signature is a day old is refused. What is delivered for the first time a day late is taken, with both instants kept.
 */
export async function aDayLater(
  site: Site,
  acknowledged: readonly Push[],
  chance: Chance,
): Promise<DayLater> {
  await site.ask(`update contacts set received_at = received_at - interval '24 hours',
    queued_at = queued_at - interval '24 hours', last_inbound_at = last_inbound_at - interval '24 hours',
    ended_at = ended_at - interval '24 hours', changed_at = changed_at - interval '24 hours'
    where ended_at is not null`)
  await site.ask(`update messages set received_at = received_at - interval '24 hours',
    provider_time = provider_time - interval '24 hours', stored_at = stored_at - interval '24 hours'`)
  const count = async () =>
    (
      await site.ask<{ messages: number; contacts: number }>(
        `select (select count(*)::int from messages where direction = 'in') as messages,
           (select count(*)::int from contacts where not call_back) as contacts`,
      )
    )[0]!
  const before = await count()
  const wrongAnswers: string[] = []
  const bases = site.reachable()
  const yesterday = new Date(Date.now() - 24 * 3_600_000)

  const again = chance.shuffled(acknowledged).slice(0, 60)
  await Promise.all(
    again.flatMap((push) =>
      bases.map(async (base) => {
        const { status } = await deliverOnce(base, site.city.smsToken, push)
        if (status !== 200) wrongAnswers.push(`repeated ${push.channel}: ${status}`)
      }),
    ),
  )
  // The same words under yesterday's signature: somebody has listened.
  const overheard = again
    .filter(({ channel }) => channel === 'wechat')
    .map((push) => ({ ...push, at: yesterday }))
  for (const push of overheard) {
    const { status } = await deliverOnce(bases[0]!, site.city.smsToken, push, false)
    if (status !== 401) wrongAnswers.push(`overheard ${push.channel}: ${status}`)
  }
  const wrongRows: string[] = []
  const after = await count()
  if (after.messages !== before.messages)
    wrongRows.push(`${after.messages - before.messages} messages too many`)
  if (after.contacts !== before.contacts)
    wrongRows.push(`${after.contacts - before.contacts} contacts too many`)

  const late: Push = {
    channel: 'sms',
    providerId: `late-${chance.between(1, 1_000_000_000)}`,
    from: '13800999999',
    text: '昨天发出的短信',
    at: yesterday,
  }
  const answer = await deliverOnce(bases[0]!, site.city.smsToken, late)
  if (answer.status !== 200) wrongAnswers.push(`late: ${answer.status}`)
  const rows = await site.ask<{ sent: boolean; came: boolean }>(
    `select abs(extract(epoch from m.provider_time - $2::timestamptz)) < 2 as sent,
       c.received_at > clock_timestamp() - interval '1 minute' as came
     from messages m join contacts c on c.id = m.contact_id where m.provider_id = $1`,
    [late.providerId, yesterday],
  )
  if (rows.length !== 1 || !rows[0]!.sent || !rows[0]!.came) wrongRows.push(`late: ${JSON.stringify(rows)}`)
  return { sent: again.length * bases.length + overheard.length + 1, wrongAnswers, wrongRows }
}
