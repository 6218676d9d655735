# dflint: global ignore=apt-lists-kept,healthcheck-missing the lists are wanted
# dflint: stage ignore=latest-tag while we move
FROM debian:latest AS build
RUN apt-get update && apt-get install -y curl
# dflint: ignore=last-user-root the socket belongs to root
USER root
FROM debian:latest
USER app
