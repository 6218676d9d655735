FROM python:latest
USER nobody
