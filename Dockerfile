# The program is one static binary; the image holds it, certificates and WordNet,
# whose licence stands at the head of each of its files, and runs it as somebody
# without rights.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends wordnet-base
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /heard . \
 && mkdir /data /keys

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/share/wordnet/data.* /usr/share/wordnet/
COPY --from=build /heard /heard
COPY --from=build --chown=65532:65532 /data /data
# For the keys of a search server, see compose.yaml; a volume put here becomes
# writable for the program.
COPY --from=build --chown=65532:65532 /keys /keys
USER 65532:65532
ENV HEARD_ADDR=0.0.0.0:8080 HEARD_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/heard", "healthy"]
ENTRYPOINT ["/heard"]
