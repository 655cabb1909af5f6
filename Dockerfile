# The bot in a container: `docker build -t longtask .`, then run it with the settings of .env.example.
FROM python:3.13-slim AS build
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock .python-version ./
ENV UV_PYTHON_DOWNLOADS=never
# for example: --build-arg EXTRAS="--extra sentry"
ARG EXTRAS=""
RUN uv sync --locked --no-default-groups --compile-bytecode $EXTRAS

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home longtask && install --directory --owner longtask --mode 700 /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY app_manifest.yml ./
COPY migrations migrations
COPY bot bot
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PORT=3000 DATABASE_URL=sqlite+aiosqlite:////data/longtask.db
# By number, so that a platform sees that it is not root.
USER 10001
# One process alone may use the SQLite file in it; with Postgres it stays empty.
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=3)"]
CMD ["python", "-m", "bot"]
