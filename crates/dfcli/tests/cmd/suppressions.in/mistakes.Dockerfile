# check=skp=all
# dflint: ignore=latest-tga the newest
FROM debian:latest
# hadolint ignore: DL3002
USER root
# dflint: stage ignore=last-user-root not above a FROM
RUN id
# shellcheck ignore=SC2086
RUN rm $x
# dflint: off
USER app
