import type { ProgressWays } from '../channels/web/progress-page.ts'
import type { Context } from '../context.ts'

/** What the page of progress says about itself and the other ways of asking. */
export function progressWays({ config, orders, progress }: Context): ProgressWays {
  return {
    prefix: orders.statute.numberPrefix,
    hotline: orders.statute.hotlineNumbers.join(' 或 '),
    progressNumber: config.progressNumber,
    byText: (['sms', 'wechat'] as const).filter((channel) => progress.texts.answers(channel)),
  }
}
