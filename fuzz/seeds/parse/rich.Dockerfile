# syntax=docker/dockerfile:1
# escape=\

# The base.
ARG VERSION=3.12
FROM --platform=$BUILDPLATFORM python:${VERSION}-slim AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=cache,target=/root/.cache/pip \
    --network=none \
    # why
    pip install \

      "flask" && \
    echo done
COPY --chown=1000:1000 <<-"EOF" app.py /srv/
	print("$HOME")
	EOF
ENV A=1 \
    B="two words"
HEALTHCHECK --interval=30s CMD ["curl", "-f", "http://localhost"]
ONBUILD ADD --link . /src
RNU true
	USER  app  
