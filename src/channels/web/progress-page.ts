import { dueWords, instantWords, waitMinutes, type LookTold, type ProgressTold } from '../progress.ts'
import { html, type Markup } from './html.ts'

/**
 * The page on which a requester follows his order. Plain HTML that needs no script: large type, strong contrast, one
 * column, everything in reading order (WCAG 2.2 AA, GB/T 37668).
 */
export type ProgressPage = {
  /** What was typed; shown again so that it can be corrected. */
  typed: { number: string; lastFour: string; ledger: boolean }
  outcome:
    | { type: 'asked' }
    /** `looks`: who looked at it, where that was asked for, the newest first. */
    | { type: 'found'; progress: ProgressTold; looks: LookTold[] | null }
    | { type: 'none' }
    | { type: 'incomplete'; missing: ('number' | 'lastFour')[] }
    | { type: 'locked'; waitMs: number }
    | { type: 'away' }
}

export type ProgressWays = {
  /** Letters that numbers of orders begin with. */
  prefix: string
  /** The hotline, and the number that tells the progress alone. */
  hotline: string
  progressNumber: string | null
  /** Channels whose texts are answered as well. */
  byText: readonly ('sms' | 'wechat')[]
}

const title = '查询办理进度'

/** What the citizen reads first, also as the title of the window. */
function headline({ outcome }: ProgressPage): string | null {
  switch (outcome.type) {
    case 'asked':
      return null
    case 'found':
      return `办理单 ${outcome.progress.number}`
    case 'none':
      return '没有查到'
    case 'incomplete':
      return '请补充内容'
    case 'locked':
      return '查询次数过多'
    case 'away':
      return '暂时无法查询'
  }
}

const missingWords = {
  number: '请填写编号，编号含 13 位数字。',
  lastFour: '请填写联系电话的后四位数字。',
} as const

function problemOf({ outcome }: ProgressPage, { hotline }: ProgressWays): string | null {
  switch (outcome.type) {
    case 'none':
      return '请核对编号和联系电话后四位，再查一次。'
    case 'locked':
      return `为保护您的信息，请 ${waitMinutes(outcome.waitMs)} 分钟后再试，或者拨打 ${hotline}，由坐席为您查询。`
    case 'away':
      return `请稍后再试，或者拨打 ${hotline}，由坐席为您查询。`
    case 'asked':
    case 'found':
    case 'incomplete':
      return null
  }
}

/** Comes first and takes the focus, so that whoever listens to the page hears it first. */
function answerOf(page: ProgressPage, ways: ProgressWays): Markup | null {
  const words = headline(page)
  if (words === null) return null
  const heading = html`<h2 id="answer" tabindex="-1" autofocus>${words}</h2>`
  if (page.outcome.type === 'found')
    return html`<section aria-labelledby="answer">${heading} ${details(page.outcome.progress)}</section>
      ${page.outcome.looks && looked(page.outcome.looks)}`
  const missing = page.outcome.type === 'incomplete' ? page.outcome.missing : []
  const advice = problemOf(page, ways)
  return html`<section class="problem" aria-labelledby="answer">
    ${heading} ${missing.map((field) => html`<p><a href="#${field}">${missingWords[field]}</a></p>`)}
    ${advice === null ? null : html`<p>${advice}</p>`}
  </section>`
}

function details(told: ProgressTold): Markup {
  const rows: [string, string | null][] = [
    ['事项', told.title],
    ['提出时间', instantWords(told.raisedAt)],
    ['受理情况', told.acceptance],
    ['承办单位', told.unit],
    ['办理进度', told.progress],
    ['当前环节期限', told.due === null ? null : dueWords(told.due)],
    ['期限依据', told.due === null ? null : told.cite],
    ['办理结果', told.result ?? null],
  ]
  const known = rows.filter(([, value]) => value !== null)
  return html`<dl>
    ${known.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div> `,
    )}
  </dl>`
}

/** 查看记录: when, in which role, of which unit and what; never who. */
const looked = (looks: LookTold[]): Markup =>
  html`<section aria-labelledby="looks">
    <h2 id="looks">谁查看过这张办理单</h2>
    ${
      looks.length === 0
        ? html`<p>还没有查看记录。</p>`
        : html`<ol class="looks">
            ${looks.map(
              ({ at, action, role, unit, fields }) =>
                html`<li>
                  <strong>${instantWords(at)}</strong>
                  ${[unit === null ? role : `${unit}（${role}）`, action].join('，')}${fields.length > 0 && `：${fields.join('、')}`}
                </li> `,
            )}
          </ol>`
    }
    <p class="hint">记录由系统自动生成，不显示工作人员姓名。对查看有疑问的，可以拨打热线提出。</p>
  </section>`

function form({ typed, outcome }: ProgressPage, { prefix }: ProgressWays): Markup {
  const missing = outcome.type === 'incomplete' ? outcome.missing : []
  // A page that is left open tells the next person at the screen no more than it must.
  const kept = outcome.type === 'found' ? { number: '', lastFour: '', ledger: false } : typed
  const field = (name: 'number' | 'lastFour', label: string, hint: string, how: Markup): Markup => {
    const wrong = missing.includes(name)
    return html`<div class="field">
      <label for="${name}">${label}</label>
      <span class="hint" id="${name}-hint">${hint}</span>
      ${wrong && html`<span class="error" id="${name}-error">${missingWords[name]}</span>`}
      <input
        id="${name}"
        name="${name}"
        value="${kept[name]}"
        required
        ${how}
        aria-invalid="${String(wrong)}"
        aria-describedby="${name}-hint${wrong ? ` ${name}-error` : ''}"
      />
    </div>`
  }
  return html`<form method="post" action="/progress" autocomplete="off" novalidate>
    <h2>${['asked', 'incomplete'].includes(outcome.type) ? '请填写' : '再查一次'}</h2>
    ${field(
      'number',
      '编号',
      `登记时告诉您的编号，${prefix} 加 13 位数字，字母可以不填。`,
      html`maxlength="40" autocapitalize="characters" spellcheck="false"`,
    )}
    ${field(
      'lastFour',
      '联系电话后四位',
      '您反映事项时留下的电话的最后四位数字。',
      html`maxlength="8" inputmode="numeric"`,
    )}
    <div class="field choice">
      <input type="checkbox" id="ledger" name="ledger" value="1" ${kept.ledger && html`checked`} />
      <label for="ledger">同时显示谁查看过这张办理单</label>
    </div>
    <button type="submit">查询</button>
  </form>`
}

const channelNames = { sms: '短信', wechat: '微信' } as const

function others({ hotline, progressNumber, byText }: ProgressWays): Markup {
  const ways = [
    `拨打 ${hotline}，由坐席为您查询。`,
    progressNumber === null ? null : `拨打 ${progressNumber}，按提示输入编号和电话后四位。`,
    byText.length === 0
      ? null
      : `用${byText.map((channel) => channelNames[channel]).join('或')}发送“查询 编号 电话后四位”。`,
  ]
  return html`<section aria-labelledby="others">
    <h2 id="others">其他查询方式</h2>
    <ul>
      ${ways.map((way) => way !== null && html`<li>${way}</li>`)}
    </ul>
  </section>`
}

/** The whole page. */
export function progressPage(page: ProgressPage, ways: ProgressWays): string {
  const words = headline(page)
  return html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${words === null ? title : `${words} - ${title}`}</title>
        <link rel="stylesheet" href="/progress.css" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${answerOf(page, ways)} ${form(page, ways)} ${others(ways)}
        </main>
      </body>
    </html> `.source
}

/** Contrast of every text is at least 7:1, of every border that means something at least 3:1. */
export const progressCss = `:root{color-scheme:light;font-size:125%}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#14202a;font:1rem/1.7 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.3;margin:0 0 1rem}
h2{font-size:1.2rem;line-height:1.4;margin:1.5rem 0 .5rem}
p{margin:.5rem 0 1rem}
label{display:block;font-weight:700}
.field{margin:.5rem 0 1.25rem}
.hint{display:block;color:#3a4753}
.error{display:block;color:#8c1d12;font-weight:700}
input{display:block;width:100%;min-height:3rem;margin-top:.25rem;padding:.4rem .6rem;font:inherit;color:inherit;background:#fff;border:2px solid #56636f;border-radius:4px}
input[aria-invalid=true]{border-color:#8c1d12;border-width:3px}
.choice{display:flex;align-items:center;gap:.75rem}
.choice input{width:2rem;min-height:2rem;margin:0;flex:none;accent-color:#0f4a5c}
.looks li{margin:.5rem 0;overflow-wrap:anywhere}
button{min-height:3rem;padding:.4rem 2.5rem;font:inherit;font-weight:700;color:#fff;background:#0f4a5c;border:2px solid #0f4a5c;border-radius:4px;cursor:pointer}
a{color:#0d4457}
:focus-visible{outline:4px solid #14202a;outline-offset:3px}
h2:focus-visible{outline:none}
.problem{padding:.25rem 1rem;border:3px solid #8c1d12;border-radius:4px}
.problem h2,.problem a{color:#8c1d12}
.problem h2{margin-top:.5rem}
dl{margin:0;border-top:1px solid #8a949c}
dl div{padding:.5rem 0;border-bottom:1px solid #8a949c}
dt{font-weight:700}
dd{margin:0;overflow-wrap:anywhere}
ul{padding-left:1.5rem}
@media print{form,section:last-of-type{display:none}}
`
