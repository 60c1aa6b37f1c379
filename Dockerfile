# One image a service: docker build --target listener . — without a target, everything in one.
# deploy/lay-out-image.ts says which packages each image holds.

FROM node:24.21.0-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build:web
RUN for target in listener reputation executor dashboard signer all-in-one; do \
      node deploy/lay-out-image.ts "$target" "/images/$target"; \
    done

FROM node:24.21.0-slim AS program
ENV NODE_ENV=production \
    DATA_DIR=/data \
    LOG_FORMAT=json \
    METRICS_HOST=0.0.0.0 \
    METRICS_PORT=9464
# The program writes to /data and /tmp alone, the signer to its folder and its socket's: run it with --read-only --tmpfs /tmp.
RUN mkdir /data /signer /run/orderflow && chown node:node /data /signer /run/orderflow
VOLUME /data
WORKDIR /app
USER node
EXPOSE 9464
ENTRYPOINT ["node", "src/apps/cli.ts"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 CMD ["node", "deploy/ready.ts"]

FROM program AS listener
COPY --from=build /images/listener /app
CMD ["listener"]

FROM program AS reputation
COPY --from=build /images/reputation /app
CMD ["reputation"]

FROM program AS executor
COPY --from=build /images/executor /app
CMD ["executor"]

FROM program AS dashboard
ENV DASHBOARD_HOST=0.0.0.0
EXPOSE 4600
COPY --from=build /images/dashboard /app
CMD ["dashboard"]

FROM program AS signer
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["node", "deploy/ready.ts", "/run/orderflow/signer.sock"]
COPY --from=build /images/signer /app
CMD ["signer", "--settings", "/signer/settings.json", "--socket", "/run/orderflow/signer.sock"]

# The last one is what a builder without targets makes.
FROM program AS all-in-one
EXPOSE 4600
COPY --from=build /images/all-in-one /app
CMD ["up"]
