import { describe, expect, it } from 'vitest'
import * as drafts from '../../../web/src/desk/draft.ts'

const empty = { title: '', facts: '' }
const at = '2026-11-21T10:00:00Z'
const fresh = drafts.startDraft('c1', null, empty, 'key-1')

class MemoryShelf implements drafts.Shelf {
  private readonly items = new Map<string, string>()
  getItem = (key: string): string | null => this.items.get(key) ?? null
  setItem = (key: string, value: string): void => void this.items.set(key, value)
  removeItem = (key: string): void => void this.items.delete(key)
  key = (index: number): string | null => [...this.items.keys()][index] ?? null
  get length(): number {
    return this.items.size
  }
}

describe('a draft', () => {
  it('is dirty until the server has the last change, not an earlier one', () => {
    const one = drafts.edit(fresh, { title: 'a' })
    const two = drafts.edit(one, { title: 'ab' })
    const savedOne = drafts.saved(two, one.edits, 1, at)
    expect(drafts.isDirty(savedOne)).toBe(true)
    expect(drafts.isDirty(drafts.saved(savedOne, two.edits, 2, at))).toBe(false)
    expect(savedOne.base).toBe(1)
  })

  it('keeps one registration key across computers', () => {
    const body = drafts.toSave(drafts.edit(fresh, { title: 'a' })).body
    const elsewhere = drafts.startDraft('c1', { revision: 1, body, savedAt: at }, empty, 'key-2')
    expect(elsewhere.key).toBe('key-1')
    expect(elsewhere.body).toEqual({ title: 'a', facts: '' })
  })

  it('follows the server while nothing was typed here', () => {
    const theirs = { revision: 3, body: { title: 'theirs' }, savedAt: at }
    const met = drafts.meet(fresh, theirs)
    expect(met.body['title']).toBe('theirs')
    expect(met.base).toBe(3)
    expect(met.conflict).toBeNull()
  })

  it('shows both versions when both were written, and loses neither choice', () => {
    const mine = drafts.edit(fresh, { title: 'mine' })
    const met = drafts.meet(mine, { revision: 1, body: { title: 'theirs' }, savedAt: at })
    expect(met.body['title']).toBe('mine')
    expect(met.conflict?.body['title']).toBe('theirs')

    const kept = drafts.keepMine(met)
    expect(drafts.toSave(kept)).toMatchObject({ revision: 1, body: { title: 'mine' } })
    expect(drafts.isDirty(kept)).toBe(true)

    const taken = drafts.takeTheirs(met)
    expect(taken.body['title']).toBe('theirs')
    expect(drafts.isDirty(taken)).toBe(false)
  })

  it('does not take its own save for somebody else’s, even when typing went on', () => {
    const underWay = drafts.saving(drafts.edit(fresh, { title: 'a' }))
    const typing = drafts.edit(underWay, { title: 'ab' })
    const shownBack = drafts.meet(typing, { revision: 1, body: drafts.toSave(underWay).body, savedAt: at })
    expect(shownBack.conflict).toBeNull()
    expect(shownBack.body['title']).toBe('ab')
    expect(shownBack.base).toBe(1)
    expect(drafts.isDirty(shownBack)).toBe(true)
  })

  it('ignores an older revision', () => {
    const draft = drafts.saved(drafts.edit(fresh, { title: 'a' }), 1, 5, at)
    expect(drafts.meet(draft, { revision: 4, body: { title: 'old' }, savedAt: at })).toBe(draft)
  })

  it('names the fields that differ and treats blank as missing', () => {
    expect(drafts.changedFields({ a: '', b: 'x', c: [] }, { b: 'y' })).toEqual(['b'])
  })
})

describe('the shelf of drafts', () => {
  it('brings three drafts back after a reload', () => {
    const storage = new MemoryShelf()
    const before = drafts.draftShelf(storage, 'agent-1')
    for (const id of ['c1', 'c2', 'c3'])
      before.save(drafts.edit({ ...fresh, contactId: id }, { title: `title ${id}` }))
    const after = drafts.draftShelf(storage, 'agent-1')
    expect(['c1', 'c2', 'c3'].map((id) => after.load(id)?.body['title'])).toEqual([
      'title c1',
      'title c2',
      'title c3',
    ])
  })

  it('shows nobody another person’s drafts and leaves nothing at sign-out', () => {
    const storage = new MemoryShelf()
    storage.setItem('unrelated', '1')
    drafts.draftShelf(storage, 'agent-1').save(fresh)
    const second = drafts.draftShelf(storage, 'agent-2')
    expect(second.load('c1')).toBeNull()
    second.clear('others')
    expect(storage.length).toBe(1)
    second.save(fresh)
    second.clear('all')
    expect(storage.getItem('unrelated')).toBe('1')
    expect(storage.length).toBe(1)
  })
})
