# Same Node.js as .nvmrc and the `node` dev dependency; a test says so.
FROM node:24.21.0-bookworm-slim

# pg_dump must be at least as new as the server: PostgreSQL's own packages, 15 to 18.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates curl \
 && install -d /usr/share/postgresql-common/pgdg \
 && curl --fail --silent --show-error --output /usr/share/postgresql-common/pgdg/apt.postgresql.org.asc \
      https://www.postgresql.org/media/keys/ACCC4CF8.asc \
 && echo "deb [signed-by=/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc] https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main" \
      > /etc/apt/sources.list.d/pgdg.list \
 && apt-get update \
 && apt-get install --yes --no-install-recommends \
      postgresql-client-15 postgresql-client-16 postgresql-client-17 postgresql-client-18 \
 && apt-get purge --yes curl && apt-get autoremove --yes && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/offpeak
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY manifest.yml ./
COPY migrations migrations
COPY checks checks
COPY handlers handlers
COPY src src
RUN ln -s /opt/offpeak/src/bin/offpeak.js /usr/local/bin/offpeak

# offpeak.yaml, the migrations of your application and a volume for backups are mounted at /srv/offpeak.
RUN install -d -o node -g node /srv/offpeak /srv/offpeak/backups
WORKDIR /srv/offpeak
USER node
VOLUME /srv/offpeak/backups

# A bot and a worker have told the ledger within the last seconds that they live.
HEALTHCHECK --interval=30s --timeout=25s --start-period=60s --retries=3 CMD ["offpeak", "doctor", "--only", "processes"]
ENTRYPOINT ["offpeak"]
CMD ["start"]
