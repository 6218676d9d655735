FROM python:3.13-slim
COPY app.py /app/
USER 1000
