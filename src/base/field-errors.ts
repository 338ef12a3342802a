/** What a schema found wrong, as Ajv and TypeBox tell it. */
export type SchemaError = {
  keyword: string
  /** `/requester/name`; empty for the whole. */
  instancePath: string
  params: object
}

const length = '长度不符合要求'
const choice = '请从可选项中选择'
const words: ReadonlyMap<string, string> = new Map([
  ['required', '必须填写'],
  ['minLength', length],
  ['maxLength', length],
  ['minItems', length],
  ['maxItems', length],
  ['enum', choice],
  ['const', choice],
])

/**
 * PURE. What is wrong, in words for the person who filled in the form: once per field, by its path (`requester/name`), and for
 * the field that is missing rather than for what it is missing in.
 */
export function fieldErrors(errors: readonly SchemaError[]): { field: string; message: string }[] {
  const found = new Map<string, string>()
  for (const { keyword, instancePath, params } of errors)
    for (const name of keyword === 'required' ? missing(params) : ['']) {
      const field = [instancePath.slice(1), name].filter((part) => part !== '').join('/')
      // The alternatives of one field fail one by one before the whole of them does.
      if (!found.has(field)) found.set(field, words.get(keyword) ?? '格式不正确')
    }
  return [...found].map(([field, message]) => ({ field, message }))
}

/** Ajv names one property at a time, TypeBox all of them. */
function missing(params: { missingProperty?: unknown; requiredProperties?: unknown }): string[] {
  const names = Array.isArray(params.requiredProperties)
    ? params.requiredProperties
    : [params.missingProperty]
  return names.map((name) => (typeof name === 'string' ? name : ''))
}
