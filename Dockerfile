# docker build -t rookery .
# BASE needs Node 22.18 or newer, npm, and glibc. Nothing here names a processor: it builds on amd64 and on arm64.
ARG BASE=node:24-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY server/package.json server/
COPY client/package.json client/
RUN npm ci --ignore-scripts
COPY server/scripts server/scripts
COPY server/src server/src
RUN npm run build --workspace server && chmod +x server/dist/main.js

FROM ${BASE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY server/package.json server/
COPY client/package.json client/
# Native packages bring prebuilt files, so no install script runs. Sources and types are not needed at run time.
RUN npm ci --omit=dev --workspace server --ignore-scripts \
 && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# What is in the image, with its licenses (CycloneDX).
RUN npm run --silent sbom >sbom.cdx.json

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="Rookery" \
      org.opencontainers.image.description="The backend for photo-sharing and social apps" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/server/dist server/dist
COPY --from=packages /app/sbom.cdx.json ./
COPY server/package.json server/
COPY LICENSE ./
# /data is the only folder that the server writes, and /backups what backups do; /tmp may be a tmpfs, and the root read-only.
RUN ln -s /app/server/dist/main.js /usr/local/bin/rookery \
 && install -d -o 1000 -g 1000 -m 700 /data /backups
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    DATA_DIR=/data
USER 1000:1000
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/server/dist/main.js"]
CMD ["start"]
