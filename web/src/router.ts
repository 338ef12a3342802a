import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/desk', name: 'desk', component: () => import('./desk/DeskPage.vue') },
    { path: '/desk/sign-in', name: 'signIn', component: () => import('./session/SignInPage.vue') },
    { path: '/:rest(.*)*', redirect: '/desk' },
  ],
})
