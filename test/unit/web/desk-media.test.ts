import { describe, expect, it } from 'vitest'
import { broughtBy, fileName, pathOf } from '../../../web/src/desk/media.ts'

describe('what a citizen sent besides words', () => {
  it('is a picture to look at, or a file to take away where no browser plays it', () => {
    expect(broughtBy({ kind: 'image', media: { mediaId: 'm' } })).toMatchObject({ kind: 'picture' })
    expect(broughtBy({ kind: 'voice', media: { mediaId: 'm', format: 'amr' } })).toMatchObject({
      kind: 'download',
      hint: expect.stringContaining('播放器') as string,
    })
    expect(broughtBy({ kind: 'video', media: { mediaId: 'm' } })).toMatchObject({ label: '下载视频' })
  })

  it('is a place in plain figures', () => {
    const media = { place: { latitude: 41.1086, longitude: 122.9946, label: '东门' } }
    expect(broughtBy({ kind: 'location', media })).toEqual({
      kind: 'place',
      text: '纬度 41.1086，经度 122.9946（微信坐标）',
    })
  })

  it('is nothing where no file is kept', () => {
    expect(broughtBy({ kind: 'text' })).toBeNull()
    expect(broughtBy({ kind: 'link', media: { link: { title: 'x', description: '', url: '' } } })).toBeNull()
  })

  it('has an address below its contact, and a name by its kind', () => {
    expect(pathOf('c1', 'm1')).toBe('/api/contacts/c1/media/m1')
    expect(fileName('0000-abc123', 'audio/amr')).toBe('file-abc123.amr')
    expect(fileName('0000-abc123', 'application/octet-stream')).toBe('file-abc123')
  })
})
