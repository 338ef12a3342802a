import type { Statute } from '../../statutes/statute.ts'
import { citesOf, type Answer } from '../../statutes/types.ts'
import type { Line, Process } from '../contract.ts'

/**
 * PURE. 受理渠道、范围及办理工作流程 (鞍山 2019 第十七条第一项, 白银 第六条第二款) from the statute's own data: each line with its
 * article. What the text does not say is not shown; what the centre practises says so.
 */
const lineOf = (answer: Answer<unknown>, text = answer.says): Line => ({
  text,
  cite: citesOf(answer),
  localPolicy: answer.basis === 'localPolicy',
})

const lines = (...answers: (Answer<unknown> | undefined)[]): Line[] =>
  answers.flatMap((answer) => (answer === undefined || answer.basis === 'silent' ? [] : [lineOf(answer)]))

/** An answer that lists things: the sentence, and then each of them by name. */
function listed<T>(answer: Answer<readonly T[]> | undefined, nameOf: (item: T) => string): Line[] {
  if (answer === undefined || answer.basis === 'silent') return []
  return [lineOf(answer, `${answer.says}：${answer.value.map(nameOf).join('、')}。`)]
}

const label = ({ label: name }: { label: string }): string => name

const statusWords: Record<Statute['status'], string> = {
  inForce: '现行有效',
  draft: '草案，尚未施行',
  consultation: '征求意见稿，尚未施行',
}

/** The duty to make this public, by the statute; where it has none the centre does it all the same. */
export function dutyToDisclose({ topics: { disclosure } }: Statute): Line {
  const answer = ['items', 'publicity', 'publicSupervision', 'assessment']
    .map((code) => disclosure[code])
    .find((a) => a !== undefined && a.basis !== 'silent')
  return answer
    ? lineOf(answer)
    : { text: '本市规定没有写明公开的事项，由平台主动公开', cite: null, localPolicy: true }
}

export function processOf(statute: Statute): Process {
  const {
    acceptance,
    refusal,
    referral,
    dispatch,
    handlingLimit,
    timeExtension,
    audit,
    followUp,
    rating,
    rights,
  } = statute.topics
  const stages = statute.topics.assessment['stages']
  const sections = [
    {
      code: 'channels',
      title: '受理渠道',
      lines: [
        ...lines(acceptance.oneSystem, acceptance.aroundTheClock),
        ...listed(acceptance.sources, label),
        ...listed(acceptance.media, label),
      ],
    },
    {
      code: 'scope',
      title: '受理范围',
      lines: [
        ...listed(acceptance.kinds, label),
        ...listed(acceptance.categories, label),
        ...listed(acceptance.requesterKinds, label),
      ],
    },
    {
      code: 'elsewhere',
      title: '不在受理范围的事项',
      lines: [
        ...refusal.reasons.flatMap((reason) => lines(reason)),
        ...referral.matters.flatMap((matter) => lines(matter)),
        ...listed(referral.numbers, ({ name, number }) => `${name} ${number}`),
      ],
    },
    {
      code: 'process',
      title: '办理工作流程',
      lines: lines(
        stages,
        acceptance.onTheSpot,
        acceptance.decide,
        dispatch.forwardConsultation,
        dispatch.forward,
        handlingLimit.acknowledge,
        handlingLimit.firstContact,
        handlingLimit.handle,
        handlingLimit.otherLaw,
        timeExtension.apply,
        timeExtension.atMost,
        handlingLimit.feedback,
        audit.duty,
        followUp.coverage,
        followUp.dissatisfied,
        rating.components,
      ),
    },
    {
      code: 'rights',
      title: '诉求人的权利',
      lines: [
        ...listed(rights.know, label),
        ...lines(rights.explanation, rights.rateAndComplain, rights.queryCode, rights.protection),
        ...lines(statute.topics.confidentiality.duty),
      ],
    },
  ]
  return {
    statute: {
      title: statute.title,
      status: statusWords[statute.status],
      inForceFrom: statute.inForceFrom,
    },
    platform: statute.words.platform,
    sections: sections.filter((section) => section.lines.length > 0),
    duty: dutyToDisclose(statute),
  }
}
