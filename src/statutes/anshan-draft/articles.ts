import { articlesOf } from '../types.ts'

export const title = '鞍山市政务服务便民热线条例（草案）'

export const article = articlesOf('anshan-draft', title)
