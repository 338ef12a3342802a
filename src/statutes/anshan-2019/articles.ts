import { articlesOf } from '../types.ts'

export const title = '鞍山市群众诉求办理条例'

export const article = articlesOf('anshan-2019', title)
