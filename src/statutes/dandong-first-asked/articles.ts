import { articlesOf } from '../types.ts'

export const title = '丹东市8890政务便民服务工作“首问责任制”管理办法（征求意见稿）'

export const article = articlesOf('dandong-first-asked', title)
