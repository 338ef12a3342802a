/** Markup that is safe to send: made by `html` alone, so that no text gets into a page unescaped. */
export class Markup {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] ?? char)

type Part = Markup | string | null | false | readonly Part[]

const isMany = (part: Part): part is readonly Part[] => Array.isArray(part)

function rendered(part: Part): string {
  if (part instanceof Markup) return part.source
  if (part === null || part === false) return ''
  return isMany(part) ? part.map(rendered).join('') : escapeHtml(part)
}

/** A template whose values are escaped; markup made by it goes in as it is, `null` and `false` leave nothing. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(strings.reduce((page, text, n) => page + rendered(parts[n - 1] ?? null) + text))
