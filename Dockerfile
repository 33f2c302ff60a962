# Jianbao on Debian's own Python. compose.yaml starts it with PostgreSQL, a crawl each half hour, and the reading room.
FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml setup.py MANIFEST.in README.md LICENSE constraints.txt ./
COPY archive archive
COPY crawler crawler
COPY jianbao jianbao
COPY migrations migrations
RUN python3 -m venv /opt/jianbao \
 && /opt/jianbao/bin/python -m pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[postgres,parquet,web]'

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --user-group --shell /usr/sbin/nologin --home-dir /archive --no-create-home jianbao \
 && install -d -o jianbao -g jianbao /archive
COPY --from=build /opt/jianbao /opt/jianbao
COPY deploy/every.py /usr/local/bin/every
ENV PATH=/opt/jianbao/bin:/usr/local/bin:/usr/bin:/bin \
    JIANBAO_HOME=/archive \
    LC_ALL=C.UTF-8
USER jianbao
WORKDIR /archive
VOLUME /archive
EXPOSE 8008
ENTRYPOINT ["jianbao"]
CMD ["--help"]
