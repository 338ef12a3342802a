import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const backend = process.env.HOTLINE_DEV_BACKEND ?? 'http://127.0.0.1:8890'

/** Compresses once, at build time: the gateway then serves the `.br` and `.gz` files as they are. */
function precompress(): Plugin {
  let outDir = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir)
    },
    async closeBundle() {
      for (const file of await readdir(outDir, { recursive: true })) {
        if (!/\.(js|css|html|svg)$/.test(file)) continue
        const path = join(outDir, file)
        const plain = await readFile(path)
        if (plain.length < 1024) continue
        await writeFile(`${path}.gz`, gzipSync(plain, { level: 9 }))
        await writeFile(
          `${path}.br`,
          brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
        )
      }
    },
  }
}

export default defineConfig({
  plugins: [vue(), precompress()],
  build: {
    // Browsers on domestic desktops report Chromium 90 to 110; Vite's own default is newer.
    target: 'chrome87',
    cssTarget: 'chrome87',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The polyfill is for browsers older than the target; without it nothing needs an inline script.
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': backend,
      '/desk/socket': { target: backend, ws: true },
      '/sip': { target: backend, ws: true },
    },
  },
})
