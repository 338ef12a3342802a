import { identifiersIn, identifierWords } from '../../analysis/decide/identifiers.ts'
import { problem, type Problem } from '../../base/problem.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf } from '../../statutes/types.ts'

/**
 * PURE. What keeps people out of a public case (鞍山 2019 第三十九条第五项: 不得泄露不宜公开内容). It looks for what the source
 * order knows, for numbers, and for doors; it cannot see a stranger's name, which is why two people read every case.
 */
export type Source = {
  number: string
  state: string
  kind: string | null
  confidential: string
  name: string | null
  home: string | null
  contact: string | null
  /** Leaders, duty contacts and staff of its units. */
  people: readonly string[]
}

/** May the order be told of at all? Complaints and what is to be kept secret never are (鞍山 2019 第二十六条). */
export function judgeSource(source: Source, statute: Statute): Problem | null {
  const { duty } = statute.topics.confidentiality
  if (source.confidential !== 'normal' || source.kind === 'complaint' || source.kind === 'tipOff')
    return problem(
      409,
      'caseProtected',
      '投诉、举报和要求保密的事项不公开',
      '请选择其他已经办结的事项编写事例。',
      citesOf(duty) ? { cite: citesOf(duty)! } : {},
    )
  return source.state === 'concluded'
    ? null
    : problem(409, 'caseNotConcluded', '还没有办结的事项不公开', '请在办结之后编写事例。')
}

/** Without spaces and signs, so that 张·三 and 张 三 are 张三. */
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]/gu, '')

/** City and district before an address tell nothing: 小区 and 社区 are no districts. */
const administrative =
  /^(?:[^省]{2,8}?(?:省|自治区))?(?:[^市]{2,8}?市)?(?:[^区县市小社]{1,8}?(?:(?<![小社园校厂])区|县|市))?/u
const estate = /^.{2,12}?(?:小区|社区|花园|家园|公寓|街道|村|屯|大街|路|街|巷|胡同)/u

/** Pieces of an address by which somebody is found. */
function piecesOf(home: string): string[] {
  const core = bare(home).replace(administrative, '')
  const head = estate.exec(core)?.[0] ?? ''
  return [core, head].filter((piece) => [...piece].length >= 3)
}

/** The longest run of characters that both have is at least so long. */
function sharesRun(a: string, b: string, length: number): boolean {
  for (let i = 0; i + length <= a.length; i++) if (b.includes(a.slice(i, i + length))) return true
  return false
}

/** So many characters of an address in a row are a part of it. */
const tellingRun = 6

function faultsOf(text: string, source: Source, publicNumbers: readonly string[]): string[] {
  const plain = bare(text)
  const says = (word: string | null): boolean => {
    const own = bare(word ?? '')
    return [...own].length > 1 && plain.includes(own)
  }
  const home = source.home ? bare(source.home).replace(administrative, '') : ''
  return [
    ...identifiersIn(text, publicNumbers).map((found) => identifierWords[found]),
    says(source.name) && '诉求人的姓名或者名称',
    (piecesOf(source.home ?? '').some((piece) => plain.includes(piece)) ||
      sharesRun(home, plain, tellingRun)) &&
      '诉求人的住址',
    says(source.contact) && '诉求人的联系方式',
    says(source.number) && '办理单编号',
    source.people.some(says) && '承办单位工作人员的姓名',
  ].filter((fault) => fault !== false)
}

/**
 * @param texts by the names of the fields
 * @returns 422 with every field that tells too much, and of what sort; never the words themselves
 */
export function judgeTexts(
  texts: Readonly<Record<string, string>>,
  source: Source,
  publicNumbers: readonly string[],
): Problem | null {
  const errors = Object.entries(texts).flatMap(([field, text]) => {
    const faults = faultsOf(text, source, publicNumbers)
    return faults.length === 0 ? [] : [{ field, message: `含有${faults.join('、')}` }]
  })
  // What is cut up over two fields is found in all of them together.
  if (errors.length === 0) {
    const faults = faultsOf(Object.values(texts).join(''), source, publicNumbers)
    if (faults.length > 0) errors.push({ field: 'title', message: `各栏合起来含有${faults.join('、')}` })
  }
  return errors.length === 0
    ? null
    : problem(422, 'caseTells', '事例里有可以认出个人的内容', '请改用“某小区”“一名居民”等说法后再提交。', {
        errors,
      })
}
