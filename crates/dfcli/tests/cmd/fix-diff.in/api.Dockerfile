FROM python:latest
# dflint: ignore=last-user-root
USER nobody
