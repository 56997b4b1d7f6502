# Builds RangeStream from source and runs any of its roles: docker run IMAGE sampler, learner, topics create, …
FROM maven:3.9-eclipse-temurin-17 AS build
# "cuda" builds for NVIDIA GPUs; empty builds for the CPU.
ARG PROFILE=
WORKDIR /src

COPY .mvn .mvn
COPY pom.xml ./
COPY schemas schemas
COPY ingest ingest
COPY sampler sampler
COPY learner learner
COPY client client
COPY app app
COPY bench bench
RUN mvn --batch-mode -q ${PROFILE:+-P$PROFILE} -Dmaven.test.skip -Dspotless.check.skip -Denforcer.skip -pl app -am package

FROM eclipse-temurin:17-jre
RUN useradd --system --create-home --home-dir /var/lib/rangestream rangestream \
    && mkdir -p /var/lib/rangestream/state /var/lib/rangestream/checkpoints \
    && chown -R rangestream /var/lib/rangestream
COPY --from=build /src/app/target/rangestream /opt/rangestream
USER rangestream
WORKDIR /var/lib/rangestream
# Volumes mounted over these folders take their owner from here.
VOLUME ["/var/lib/rangestream/state", "/var/lib/rangestream/checkpoints"]
ENV RANGESTREAM_STATE_DIR=/var/lib/rangestream/state \
    RANGESTREAM_CHECKPOINT_DIR=/var/lib/rangestream/checkpoints \
    RANGESTREAM_HEALTH_HOST=0.0.0.0
ENTRYPOINT ["sh", "/opt/rangestream/bin/rangestream"]
CMD ["--help"]
