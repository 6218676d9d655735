# check=skip=StageNameCasing;error=true
FROM debian:12 AS Build
# tally ignore=hadolint/DL3002;reason=the socket is root's
USER root
# hadolint shell=powershell
RUN Get-Item $x
SHELL ["/bin/sh", "-c"]
# shellcheck disable=SC2000-SC2200
RUN rm $x
RUN <<EOF
# shellcheck disable=SC2154
rm $y
rm $z
EOF
RUN rm $w
# hadolint ignore=DL4006
RUN make | tee log
CMD one
CMD two
