FROM debian:12
# dflint: ingore=last-user-root as agreed
USER root
# hadolint ignore: DL3006
# dflint: ignore=latest-tag
CMD ["true"]
