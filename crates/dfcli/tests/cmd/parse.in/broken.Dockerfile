FROM alpine:3.20
RUM true
