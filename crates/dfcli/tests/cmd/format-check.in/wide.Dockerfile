FROM alpine:3.20
RUN one-command --with-options && another-command --with-options
