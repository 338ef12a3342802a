/**
 * The lists of a text in its own words: path of the answer, and code of the statute's data → words that the cited article
 * must hold. Nothing of a list may be left out, and nothing added.
 */
export type Lists = readonly (readonly [path: string, words: Readonly<Record<string, string>>])[]
