# The gateway. Asterisk has its own image: asterisk/Dockerfile.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY web ./web
# the compiler leaves out what is not TypeScript: migrations and scripts of Redis
RUN npm run build \
 && (cd src && find . -type f ! -name '*.ts' -exec cp --parents {} ../dist/ \;) \
 && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOTLINE_HOST=0.0.0.0 HOTLINE_PORT=8890 HOTLINE_DATA=/data
WORKDIR /app
COPY package.json ./
COPY docs ./docs
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/web/dist ./web/dist
# the asterisk container has the same uid: both work in the folder of recordings
RUN install -d -o node -g node /data /asterisk
USER node
VOLUME ["/data"]
EXPOSE 8890
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8890/healthz').then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
# prints the link that makes the first administrator, while there is none
CMD ["node", "dist/main.js", "--set-up-link"]
