from   debian:12 as base
RUN set -eux; \
 \
 for x in a b; do \
  case "$x" in a|b) y;; *) z && w ;; esac; \
 done
RUN --mount=type=cache,target=/c  --mount=type=bind,source=a,target=b  a   &&b||c  | d && \
 # comment
 e "f  g" $(h  i)


# stage
FROM base
ENV A=1  B="2  3" \
  C=4
label x=y
# dflint: format=off
user   z
# dflint: format=on
HEALTHCHECK  --interval=30s  cmd a  b
copy <<E  /x
 y
E
