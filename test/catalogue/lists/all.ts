import type { Slug } from '../../../src/statutes/types.ts'
import { anshan2019 } from './anshan-2019.ts'
import { anshanDraft } from './anshan-draft.ts'
import { baiyin2024 } from './baiyin-2024.ts'
import { dandongFirstAsked } from './dandong-first-asked.ts'
import type { Lists } from './list.ts'

const all: Readonly<Record<Slug, Lists>> = {
  'anshan-2019': anshan2019,
  'anshan-draft': anshanDraft,
  'baiyin-2024': baiyin2024,
  'dandong-first-asked': dandongFirstAsked,
}

export const lists = (Object.entries(all) as [Slug, Lists][]).flatMap(([slug, own]) =>
  own.map(([path, words]) => [slug, path, words] as const),
)
