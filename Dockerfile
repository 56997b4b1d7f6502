# Builds RangeStream from source and runs any of its roles: docker run IMAGE sampler, learner, topics create, …
FROM maven:3.9-eclipse-temurin-17 AS build
# Further options of the Maven build; "-Pcuda -Djavacpp.platform=linux-x86_64" builds for NVIDIA GPUs.
ARG BUILD_OPTIONS=
WORKDIR /src

# A build of the records alone brings the dependencies, about 400 MB, into a layer that lasts until a pom.xml or a record
# changes.
COPY .mvn .mvn
COPY pom.xml ./
COPY schemas/pom.xml schemas/
COPY ingest/pom.xml ingest/
COPY sampler/pom.xml sampler/
COPY learner/pom.xml learner/
COPY client/pom.xml client/
COPY app/pom.xml app/
COPY bench/pom.xml bench/
COPY schemas/src/main/avro schemas/src/main/avro
RUN mvn --batch-mode -q -Dmaven.test.skip -Dspotless.check.skip -Denforcer.skip $BUILD_OPTIONS -pl app -am package \
    && rm -rf */target

# Format, duplicate classes and tests are the business of ./mvnw verify.
COPY . .
RUN mvn --batch-mode -q -Dmaven.test.skip -Dspotless.check.skip -Denforcer.skip $BUILD_OPTIONS -pl app -am package

FROM eclipse-temurin:17-jre
# The home folder takes the native libraries that JavaCPP unpacks. A new volume mounted over one of the data folders takes
# its owner from here; declared as volumes, they would leave a nameless one behind wherever they are not mounted.
RUN groupadd --gid 10001 rangestream \
    && useradd --uid 10001 --gid rangestream --create-home --home-dir /var/lib/rangestream rangestream \
    && mkdir -p /var/lib/rangestream/state /var/lib/rangestream/checkpoints \
    && chown -R rangestream:rangestream /var/lib/rangestream
COPY --from=build /src/app/target/rangestream /opt/rangestream
USER rangestream
WORKDIR /var/lib/rangestream
ENV RANGESTREAM_STATE_DIR=/var/lib/rangestream/state \
    RANGESTREAM_CHECKPOINT_DIR=/var/lib/rangestream/checkpoints \
    RANGESTREAM_HEALTH_HOST=0.0.0.0
STOPSIGNAL SIGTERM
ENTRYPOINT ["sh", "/opt/rangestream/bin/rangestream"]
CMD ["--help"]
