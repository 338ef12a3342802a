import { articlesOf } from '../types.ts'

export const title = '白银市民情直通平台诉求办理条例'

export const article = articlesOf('baiyin-2024', title)
