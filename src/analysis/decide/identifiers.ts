/**
 * PURE. Words that tell who or where somebody is, whoever that may be: telephones however they are written, identity
 * cards, mail addresses, car plates, doors. For texts that people write to be read by others.
 */
export type Identifier = 'telephone' | 'identityCard' | 'mail' | 'plate' | 'door'

export const identifierWords: Record<Identifier, string> = {
  telephone: '电话号码或者七位以上的连续数字',
  identityCard: '身份证件号码',
  mail: '电子邮箱',
  plate: '车牌号码',
  door: '楼栋、单元或者门牌号',
}

const spelt: Record<string, string> = Object.fromEntries(
  [...'零〇一二三四五六七八九幺'].map((c, n) => [c, '001234567891'[n]!]),
)

/** Digits as one sees them: full width, circled and spelt out become plain ones. */
const digitsOf = (text: string): string =>
  text.normalize('NFKC').replace(/[零〇一二三四五六七八九幺]/g, (c) => spelt[c]!)

/** What people put between digits so that a number is not seen. */
const between = String.raw`[\s\-‐-―−_.·•,，、/\\()（）*+~—]{0,3}`
const run = (least: number): RegExp => new RegExp(String.raw`\d(?:${between}\d){${least - 1},}`, 'g')

/**
 * @param publicNumbers numbers that anybody may read, such as the hotline's own; digits only
 */
export function identifiersIn(text: string, publicNumbers: readonly string[] = []): Identifier[] {
  const plain = text.normalize('NFKC')
  const found = new Set<Identifier>()
  for (const [match] of digitsOf(text).matchAll(run(7))) {
    const digits = match.replace(/\D/g, '')
    if (!publicNumbers.includes(digits) && !isDates(match)) found.add('telephone')
  }
  if (/(?<!\d)\d{17}[\dXx](?!\d)/.test(digitsOf(text).replace(/(?<=\d)[\s-](?=[\dXx])/g, '')))
    found.add('identityCard')
  if (/[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+/.test(plain)) found.add('mail')
  if (
    /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][\s·]?[A-Z0-9]{5,6}(?![A-Z0-9])/.test(
      plain,
    )
  )
    found.add('plate')
  if (/[0-9一二三四五六七八九十百]+\s*(?:号楼|栋|幢|单元|室)|(?:路|街|巷|胡同)\s*\d+\s*号/.test(plain))
    found.add('door')
  return [...found]
}

/** `2026-03-02` and `2026.3.2—2026.4.1` are days and no telephone. */
const isDates = (match: string): boolean =>
  /^\s*(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])\D{0,3})+$/.test(match)
