import type { FastifyInstance } from 'fastify'

/**
 * The page behind every one-time link. The token stands in the fragment, so it reaches no server log, no proxy and no
 * `Referer`; the script takes it out of the address bar and posts it. Files of its own, because the policy of the site
 * allows no inline script or style.
 */
const html = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>进入热线工作台</title>
<link rel="stylesheet" href="/welcome.css">
</head>
<body>
<main>
<h1 id="title">正在打开…</h1>
<p id="text" role="status" aria-live="polite"></p>
<form id="form" hidden novalidate>
<div id="who" hidden>
<label for="username">用户名</label>
<input id="username" name="username" autocomplete="username" maxlength="32" spellcheck="false">
<label for="displayName">姓名</label>
<input id="displayName" name="displayName" autocomplete="name" maxlength="64">
</div>
<label for="password">新口令</label>
<input id="password" name="password" type="password" autocomplete="new-password" maxlength="128" aria-describedby="rule">
<p id="rule" class="hint">至少 10 位，含大写字母、小写字母、数字、符号中的三种；或不少于 16 位。</p>
<label for="again">再输一次</label>
<input id="again" name="again" type="password" autocomplete="new-password" maxlength="128">
<p id="problem" class="problem" role="alert"></p>
<button type="submit">保存</button>
</form>
<p id="next" hidden><a href="/desk/sign-in">去登录</a></p>
<noscript><p class="problem">此页面需要启用 JavaScript。</p></noscript>
</main>
<script src="/welcome.js"></script>
</body>
</html>
`

const css = `:root{color-scheme:light}
body{margin:0;background:#f4f5f1;color:#18222c;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:26rem;margin:12vh auto 0;padding:1.5rem 1.75rem;background:#fff;border:1px solid #d5d9d5;border-left:4px solid #0f4a5c;border-radius:4px}
h1{font-size:1.25rem;margin:0 0 .5rem}
label{display:block;margin:.9rem 0 .25rem;font-size:.875rem}
input{box-sizing:border-box;width:100%;height:2.5rem;padding:0 .6rem;font:inherit;border:1px solid #7b868f;border-radius:4px;background:#fff;color:inherit}
input:focus,button:focus,a:focus{outline:2px solid #b8690a;outline-offset:1px}
button{margin-top:1.1rem;height:2.5rem;padding:0 1.5rem;font:inherit;color:#fff;background:#17607a;border:0;border-radius:4px;cursor:pointer}
button[disabled]{background:#566371;cursor:default}
.hint{margin:.25rem 0 0;color:#566371;font-size:.8125rem}
.problem{margin:.75rem 0 0;color:#a82a1c}
.problem:empty{display:none}
a{color:#17607a}
[hidden]{display:none}
`

/** Written for browsers down to Chromium 87. */
const script = `'use strict'
;(function () {
  var found = /^#(setup|signIn|password)=([A-Za-z0-9_-]{43})$/.exec(location.hash)
  history.replaceState(null, '', location.pathname)
  function at(id) { return document.getElementById(id) }
  function show(title, text) { at('title').textContent = title; at('text').textContent = text }
  function post(path, body) {
    return fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'same-origin',
      body: JSON.stringify(body)
    }).then(function (answer) {
      if (answer.status === 204) return {}
      return answer.json().then(function (document) {
        if (answer.ok) return document
        throw new Error((document.title || '操作未成功') + (document.detail ? '：' + document.detail : ''))
      })
    })
  }
  function words(error) {
    return error instanceof TypeError ? '网络不通，请检查连接后再试。' : error.message
  }
  if (!found) {
    show('链接不完整', '请完整复制链接后重新打开；链接只能使用一次。')
    at('next').hidden = false
    return
  }
  var purpose = found[1]
  var token = found[2]
  if (purpose === 'signIn') {
    show('正在登录…', '')
    post('/api/session/link', { token: token }).then(
      function (session) { location.replace(session.home) },
      function (error) { show('未能登录', words(error)); at('next').hidden = false }
    )
    return
  }
  var setup = purpose === 'setup'
  show(setup ? '设立系统管理员' : '设置口令', setup ? '这是本系统的第一个账号。其他人员由他添加。' : '')
  at('who').hidden = !setup
  at('form').hidden = false
  at(setup ? 'username' : 'password').focus()
  at('form').addEventListener('submit', function (event) {
    event.preventDefault()
    var button = event.target.querySelector('button')
    var password = at('password').value
    at('problem').textContent = ''
    if (setup && !/^[A-Za-z0-9][A-Za-z0-9._-]{1,31}$/.test(at('username').value)) {
      at('problem').textContent = '用户名为 2 至 32 位字母、数字、点、横线或下划线，以字母或数字开头。'
      at('username').focus()
      return
    }
    if (setup && !at('displayName').value.trim()) {
      at('problem').textContent = '请填写姓名。'
      at('displayName').focus()
      return
    }
    if (password !== at('again').value) {
      at('problem').textContent = '两次输入的口令不一致。'
      at('again').focus()
      return
    }
    button.disabled = true
    var body = setup
      ? { token: token, username: at('username').value, displayName: at('displayName').value.trim(), password: password }
      : { token: token, password: password }
    post(setup ? '/api/setup' : '/api/password', body).then(
      function () {
        show('已保存', setup ? '请用新账号登录，并按提示绑定身份验证器。' : '请用新口令登录。')
        at('form').hidden = true
        at('next').hidden = false
        at('next').querySelector('a').focus()
      },
      function (error) {
        button.disabled = false
        at('problem').textContent = words(error)
        at('password').focus()
      }
    )
  })
})()
`

/** `/welcome` and its two files; needs no session. */
export async function welcomePage(app: FastifyInstance): Promise<void> {
  const serve = (path: string, type: string, body: string): void => {
    app.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'no-store').send(body),
    )
  }
  serve('/welcome', 'text/html; charset=utf-8', html)
  serve('/welcome.css', 'text/css; charset=utf-8', css)
  serve('/welcome.js', 'text/javascript; charset=utf-8', script)
}
