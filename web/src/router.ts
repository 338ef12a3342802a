import { createRouter, createWebHistory } from 'vue-router'
import { useSession } from './session/session.ts'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/desk', name: 'desk', component: () => import('./desk/DeskPage.vue') },
    { path: '/desk/sign-in', name: 'signIn', component: () => import('./session/SignInPage.vue') },
    { path: '/:rest(.*)*', redirect: '/desk' },
  ],
})

/** Who is not fully signed in goes to the sign-in; a gateway that is away is left to the desk's own banner. */
router.beforeEach(async (to) => {
  if (to.name !== 'desk') return true
  const session = useSession()
  if (session.me?.stage === 'full') return true
  const answer = await session.load()
  if (answer.ok) return answer.data.stage === 'full' ? true : { name: 'signIn' }
  const away = answer.problem.status === 0 || answer.problem.status >= 500
  return away ? true : { name: 'signIn' }
})
