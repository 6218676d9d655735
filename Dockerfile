# syntax=docker/dockerfile:1

# dflint as an image: the program, linked with all that it needs, and nothing else.
#
#   docker buildx build --platform linux/amd64,linux/arm64 --tag dflint .
#   docker run --rm --volume "$PWD:/work:ro" dflint check

# build makes the program: the compiler runs on the machine that builds, whatever the program is for.
FROM --platform=$BUILDPLATFORM rust:1.95-slim AS build
# Nothing is started from this stage.
HEALTHCHECK NONE
RUN rustup target add x86_64-unknown-linux-musl aarch64-unknown-linux-musl
WORKDIR /src
# No C compiler for the other architecture is needed: nothing here is written in C, and Rust brings a linker.
ENV CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld \
    CARGO_TARGET_DIR=/target
ARG TARGETARCH
RUN --mount=type=bind,target=/src \
    --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/target \
    case "$TARGETARCH" in \
        amd64) target=x86_64-unknown-linux-musl ;; \
        arm64) target=aarch64-unknown-linux-musl ;; \
        *) echo "dflint is not made for $TARGETARCH here" >&2; exit 1 ;; \
    esac \
    && cargo build --locked --release --package dfcli --target "$target" \
    && install -D "/target/$target/release/dflint" "/out/$TARGETARCH/dflint"

FROM scratch
ARG TARGETARCH
COPY --from=build /out/$TARGETARCH/dflint /usr/bin/dflint
WORKDIR /work
USER 65532:65532
# A linter comes to an end, so that nothing asks for its health.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/bin/dflint"]
CMD ["check"]
