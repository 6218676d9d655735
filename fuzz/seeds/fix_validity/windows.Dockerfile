# dflint: ignore=latest-tag
FROM node:22
  RUN npm ci \
    # why
    && npm run build
RUN apt-get update && apt-get install -y git