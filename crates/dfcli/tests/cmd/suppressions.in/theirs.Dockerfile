# check=skip=StageNameCasing;error=true
FROM debian:12 AS Build
# tally ignore=hadolint/DL3002;reason=it is root's
USER root
# hadolint shell=powershell
RUN Get-Item $x
SHELL ["/bin/sh", "-c"]
# shellcheck disable=SC2000-SC2100
RUN rm $x
RUN <<EOF
# shellcheck disable=SC2086 # they are words
rm $y
rm $z
EOF
CMD one
CMD two
