# dflint: ignore=latest-tag
# check=skip=all
FROM python:3.13 AS base
ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache/pip pip install \
    # what the application needs
    --no-cache-dir -r requirements.txt
ONBUILD RUN pip install flask
RUN <<EOF
pip install flask
EOF
FROM base
COPY --from=base /app /app
USER 1000
