import { html, type Markup } from '../channels/web/html.ts'
import { progressCss } from '../channels/web/progress-page.ts'
import type { Figure, Line, Process, PublicCase, PublicFigures, PublicReport } from './contract.ts'
import { figureWords } from './decide/figures.ts'

/**
 * Pages of public disclosure (鞍山 2019 第十七条、第三十七条, 白银 第六条). Plain HTML that needs no script, in one column and in
 * reading order, of one look with the page of progress (WCAG 2.2 AA, GB/T 37668).
 */
const day = (iso: string): string => {
  const [year, month, date] = iso.slice(0, 10).split('-').map(Number)
  return `${year}年${month}月${date}日`
}
const monthWords = (month: string): string => {
  const [year, number] = month.split('-').map(Number)
  return `${year}年${number}月`
}

const places = [
  { href: '/public', label: '首页' },
  { href: '/public/process', label: '渠道、范围和流程' },
  { href: '/public/figures', label: '办理情况' },
  { href: '/public/cases', label: '办理事例' },
  { href: '/progress', label: '查询进度' },
]

function page(title: string, platform: string, here: string, body: Markup): string {
  return html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - ${platform}信息公开</title>
        <link rel="stylesheet" href="/public/public.css" />
      </head>
      <body>
        <a class="skip" href="#content">跳到正文</a>
        <header>
          <p>${platform}信息公开</p>
          <nav aria-label="栏目">
            <ul>
              ${places.map(
                ({ href, label }) =>
                  html`<li>
                    <a href="${href}" ${href === here ? html`aria-current="page"` : null}>${label}</a>
                  </li> `,
              )}
            </ul>
          </nav>
        </header>
        <main id="content">
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.source
}

const basisOf = ({ cite, localPolicy }: { cite: string | null; localPolicy: boolean }): Markup | null =>
  cite !== null
    ? html`<span class="basis">依据：${cite}</span>`
    : localPolicy
      ? html`<span class="basis">本地规定，不是条文</span>`
      : null

const listOf = (lines: readonly Line[]): Markup =>
  html`<ul>
    ${lines.map((line) => html`<li>${line.text} ${basisOf(line)}</li> `)}
  </ul>`

export function homePage(
  process: Process,
  reports: readonly PublicReport[],
  cases: readonly PublicCase[],
): string {
  const { statute, duty } = process
  return page(
    '信息公开',
    process.platform,
    '/public',
    html`<p>
        依照《${statute.title}》（${statute.status}）公开诉求办理的有关信息。${duty.text}。 ${basisOf(duty)}
      </p>
      <h2>最新办理情况</h2>
      ${reports.length === 0 ? html`<p>还没有公开的报告。</p>` : reportList(reports.slice(0, 3))}
      <h2>最新办理事例</h2>
      ${cases.length === 0 ? html`<p>还没有公开的事例。</p>` : caseList(cases.slice(0, 5))}`,
  )
}

export function processPage(process: Process): string {
  const { statute, sections } = process
  const since = statute.inForceFrom === null ? '' : `，自${day(statute.inForceFrom)}起施行`
  return page(
    '渠道、范围和流程',
    process.platform,
    '/public/process',
    html`<p>以下内容出自《${statute.title}》（${statute.status}${since}）。没有写明条文的，是本地规定。</p>
      ${sections.map(
        ({ code, title, lines }) =>
          html`<section aria-labelledby="${code}">
            <h2 id="${code}">${title}</h2>
            ${listOf(lines)}
          </section> `,
      )}`,
  )
}

const reportList = (reports: readonly PublicReport[]): Markup =>
  html`<ul>
    ${reports.map(
      (r) => html`<li><a href="/public/figures/${r.id}">${r.title}</a>（${day(r.issuedAt)}出具）</li> `,
    )}
  </ul>`

export const figuresListPage = (platform: string, reports: readonly PublicReport[]): string =>
  page(
    '办理情况',
    platform,
    '/public/figures',
    reports.length === 0 ? html`<p>还没有公开的报告。</p>` : reportList(reports),
  )

const figureTable = (id: string, caption: string, figures: readonly Figure[]): Markup =>
  html`<div class="wide" role="region" aria-labelledby="${id}" tabindex="0">
    <table>
      <caption id="${id}">
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">指标</th>
          <th scope="col">数值</th>
          <th scope="col">计算方法和依据</th>
        </tr>
      </thead>
      <tbody>
        ${figures.map(
          (f) =>
            html`<tr>
              <th scope="row">${f.label}</th>
              <td>${figureWords(f)} ${surveyWords(f)}</td>
              <td>
                ${f.formula}
                ${f.exclusions.length > 0 && `不计入：${f.exclusions.map((e) => `${e.label}${e.count}件`).join('、')}。`}
                ${basisOf(f)}
              </td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`

const surveyWords = ({ survey }: Figure): string | null =>
  survey && `回访${survey.asked}件，答复${survey.answered}件`

const countTable = (id: string, caption: string, counts: PublicFigures['bySubject']): Markup | null =>
  counts.length === 0
    ? null
    : html`<table>
        <caption id="${id}">
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">类别</th>
            <th scope="col">件数</th>
          </tr>
        </thead>
        <tbody>
          ${counts.map(
            ({ label, count }) =>
              html`<tr>
                <th scope="row">${label}</th>
                <td>${count === null ? '少于 3' : String(count)}</td>
              </tr> `,
          )}
        </tbody>
      </table>`

export function figuresPage(platform: string, f: PublicFigures): string {
  const { unitSays, requesterSays, unanswered } = f.solved
  return page(
    f.title,
    platform,
    '/public/figures',
    html`<p>
        统计期间：${f.period.label}。统计时间：${day(f.asOf)}。出具时间：${day(f.issuedAt)}。
        ${f.because && `更正说明：${f.because}。`}
      </p>
      <h2>受理及办理情况</h2>
      <p>
        共登记 ${String(f.raised)} 件，受理 ${String(f.accepted)} 件，督办 ${String(f.supervised)}
        件次。指标由平台自行计算， 条文没有规定计算方法；不足 30 的只列数目，不算比率。
      </p>
      ${countTable('subjects', '按事项', f.bySubject)} ${countTable('channels', '按渠道', f.byChannel)}
      ${figureTable('handling', '办理指标', f.handling)}
      <h2>诉求人的评价情况</h2>
      <p>
        承办单位称已解决 ${String(unitSays.numerator)} 件（共 ${String(unitSays.denominator)}
        件）；诉求人称已解决 ${String(requesterSays.numerator)} 件（答复 ${String(requesterSays.denominator)}
        件，没有答复 ${String(unanswered)} 件）。
      </p>
      ${figureTable('ratings', '评价指标', f.ratings)}
      <h2>热点问题</h2>
      ${
        f.topics.length === 0
          ? html`<p>期内没有集中反映的问题。</p>`
          : html`<ul>
              ${f.topics.map((t) => html`<li>${t.title}（${String(t.requesters)}名诉求人）</li> `)}
            </ul>`
      }`,
  )
}

const caseList = (cases: readonly PublicCase[]): Markup =>
  html`<ul>
    ${cases.map(
      (c) =>
        html`<li>
          <a href="/public/cases/${c.id}">${c.title}</a
          >（${monthWords(c.concludedIn)}办结${c.subject && `，${c.subject}`}）
        </li> `,
    )}
  </ul>`

export const casesPage = (platform: string, cases: readonly PublicCase[]): string =>
  page(
    '办理事例',
    platform,
    '/public/cases',
    html`<p>事例经过两人审核，不含可以认出个人的内容。有异议的，可以在事例页面提出，事例随即撤下。</p>
      ${cases.length === 0 ? html`<p>还没有公开的事例。</p>` : caseList(cases)}`,
  )

/** @param missing the form was sent without a word */
export const casePage = (platform: string, c: PublicCase, missing = false): string =>
  page(
    c.title,
    platform,
    '/public/cases',
    html`<p>${monthWords(c.concludedIn)}办结${c.subject && `，${c.subject}`}。</p>
      <h2>反映的问题</h2>
      ${paragraphs(c.problem)}
      <h2>办理经过</h2>
      ${paragraphs(c.handling)}
      <h2>办理结果</h2>
      ${paragraphs(c.outcome)}
      <section aria-labelledby="object">
        <h2 id="object">对公开有异议</h2>
        <p>认为这篇事例涉及您的隐私或者不实的，请写明理由。提交后事例立即撤下，不需要说明您是谁。</p>
        <form method="post" action="/public/cases/${c.id}/object" novalidate>
          <label for="words">理由</label>
          ${missing && html`<span class="error" id="words-error">请写明理由。</span>`}
          <textarea
            id="words"
            name="words"
            rows="4"
            maxlength="1000"
            required
            aria-invalid="${String(missing)}"
            ${missing && html`aria-describedby="words-error"`}
          ></textarea>
          <button type="submit">提出异议并撤下</button>
        </form>
      </section>`,
  )

const paragraphs = (text: string): Markup[] =>
  text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => html`<p>${line}</p> `)

/** A page that says one thing: thanks, or what went wrong. */
export const messagePage = (platform: string, title: string, text: string): string =>
  page(
    title,
    platform,
    '',
    html`<p>${text}</p>
      <p><a href="/public">返回首页</a></p>`,
  )

/** Contrast of every text is at least 7:1, of every border that means something at least 3:1. */
export const publicCss = `${progressCss}
main{max-width:48rem}
header{max-width:48rem;margin:0 auto;padding:1rem 1rem 0}
header p{margin:0;font-weight:700}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0 0;padding:0 0 .5rem;border-bottom:2px solid #56636f}
nav a{display:inline-block;padding:.35rem 0}
nav a[aria-current=page]{font-weight:700;text-decoration:none;border-bottom:4px solid #0f4a5c}
.skip{position:absolute;left:-100vw}
.skip:focus{position:static}
.basis{display:block;color:#3a4753}
li{margin:.4rem 0}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;margin:1rem 0}
caption{text-align:left;font-weight:700;padding:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.5rem;border-bottom:1px solid #8a949c}
thead th{border-bottom:2px solid #56636f}
textarea{display:block;width:100%;margin:.25rem 0 1rem;padding:.4rem .6rem;font:inherit;color:inherit;background:#fff;border:2px solid #56636f;border-radius:4px}
textarea[aria-invalid=true]{border-color:#8c1d12;border-width:3px}
@media print{nav,.skip,form{display:none}section:last-of-type{display:block}}
`
