"""Follows the versions of a model and writes each newly promoted one to MODEL-VERSION.onnx, once its bytes are verified.

    python follow.py --bootstrap localhost:9092 --to models [--trusted key.pub] [--max-age 120] [--once] [--compare a.jpg b.jpg]
"""

import argparse
import json
import os
import pathlib
import sys
import time
from datetime import datetime, timedelta, timezone

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from wire import Chunks, Refused, TrustedKeys, decode, file_name

FETCH_TIMEOUT = 30.0
POLL = 0.5


class Topic:
    """A topic of one partition, committed records only; without a group's offsets it leaves nothing behind."""

    def __init__(self, options, name, offset=0):
        self.name = options.prefix + name
        self.consumer = Consumer({
            "bootstrap.servers": options.bootstrap,
            "group.id": "follow-example",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        })
        self.seek(offset)
        self.at_end = False

    def seek(self, offset):
        self.consumer.assign([TopicPartition(self.name, 0, offset)])

    def poll(self):
        """The next record, None if there is none at the moment."""
        message = self.consumer.poll(POLL)
        error = message.error() if message else None
        if error and error.code() == KafkaError._PARTITION_EOF:
            self.at_end = True
            return None
        if error:
            raise KafkaException(error)
        return message

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.consumer.close()


class Schemas:
    """Schemas by fingerprint; an unknown one is looked for on the topic before a record is refused."""

    def __init__(self, options):
        self.options = options
        self.known = {}

    def __call__(self, fingerprint):
        if fingerprint not in self.known:
            self._read()
        if fingerprint not in self.known:
            raise Refused(f"unknown schema {fingerprint}")
        return self.known[fingerprint]

    def _read(self):
        with Topic(self.options, "schemas") as topic:
            deadline = time.monotonic() + FETCH_TIMEOUT
            while not topic.at_end and time.monotonic() < deadline:
                message = topic.poll()
                if message and message.key() and message.value():
                    try:
                        self.known[message.key().decode()] = json.loads(message.value())
                    except ValueError as failure:
                        print(f"schema at offset {message.offset()} is skipped: {failure}", file=sys.stderr)


def fetch(options, update, schemas):
    """The verified artifact of a version. The offset is a hint: where it leads nowhere, we start over from 0."""
    chunks = Chunks(update)
    with Topic(options, "model-weights", max(0, update["artifact"]["first_chunk_offset"])) as topic:
        started = time.monotonic()
        rewound = False
        while time.monotonic() < started + FETCH_TIMEOUT:
            message = topic.poll()
            if message:
                chunks.offer(message.key(), message.value(), schemas)
                whole = chunks.whole()
                if whole is not None:
                    return whole
            elif not rewound and time.monotonic() > started + FETCH_TIMEOUT / 2:
                topic.seek(0)
                rewound = True
    raise Refused(chunks.problem())


def take(message, updates, trusted, schemas):
    """Takes in a record of model-updates. The newest update is the last of the dict."""
    key, value = message.key() or b"", message.value()
    try:
        signer = trusted.check_signature(key, value, message.headers())
        if not value and trusted.keys:
            raise Refused("it is a deletion, which has no place in the order")
        update = decode(value, schemas) if value else None
        if update and key == f"{update['model']}/heartbeat".encode():
            trusted.check_heartbeat(update, signer)
            return
        if update:
            if key != f"{update['model']}/{update.get('version')}".encode():
                raise Refused("the key does not name the version in the record")
            trusted.check_order(update.get("event_number", 0), signer)
            print(key.decode(), update["status"], update["reason"], flush=True)
        updates.pop(key, None)
        if update:
            updates[key] = update
    except Refused as refusal:
        print(f"update {key.decode(errors='replace')} at offset {message.offset()} is refused: {refusal}", file=sys.stderr)


def serve(options, update, schemas):
    file = pathlib.Path(options.to, file_name(update))
    whole = fetch(options, update, schemas)
    part = file.with_suffix(".part")
    part.write_bytes(whole)
    os.replace(part, file)
    print(f"wrote {file}: {len(whole)} bytes, verified", flush=True)
    if options.compare:
        from embedder import Embedder

        embedder = Embedder(whole, update["network"])
        similarity = float(embedder.embed_image(options.compare[0]) @ embedder.embed_image(options.compare[1]))
        print(f"similarity {similarity:.4f}, one person from {update['evaluation']['threshold']} on", flush=True)


def follow(options):
    trusted = TrustedKeys(pathlib.Path(options.trusted).read_bytes() if options.trusted else b"")
    schemas = Schemas(options)
    max_age = timedelta(seconds=options.max_age)
    updates, served, tried, told = {}, None, None, None
    pathlib.Path(options.to).mkdir(parents=True, exist_ok=True)
    with Topic(options, "model-updates") as topic:
        while True:
            message = topic.poll()
            if message:
                take(message, updates, trusted, schemas)
            withheld = trusted.withheld(max_age, datetime.now(timezone.utc)) if topic.at_end else None
            if withheld and withheld != told:
                print(f"newer versions may be kept from us: {withheld}", file=sys.stderr, flush=True)
            told = withheld
            # The topic begins with versions long superseded: what counts is what is promoted at its end.
            promoted = next((u for u in reversed(updates.values()) if u["status"] == "PROMOTED"), None)
            if message or not topic.at_end or promoted in (None, tried) or promoted["artifact"]["sha256"] == served:
                continue
            tried = promoted
            try:
                serve(options, promoted, schemas)
                served = promoted["artifact"]["sha256"]
            except Refused as refusal:
                print(f"version {promoted['version']} is refused: {refusal}", file=sys.stderr)
            if options.once:
                return 0 if served else 1


def main():
    parser = argparse.ArgumentParser(description="Follows the versions of a model.")
    parser.add_argument("--bootstrap", default="localhost:9092")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--to", default=".")
    parser.add_argument("--trusted", help="file of Ed25519 public keys (PEM): accept nothing that none of them signed")
    parser.add_argument("--max-age", type=float, default=0, metavar="SECONDS", help="warn when the learner was not heard for so long")
    parser.add_argument("--compare", nargs=2, metavar="IMAGE", help="embed two faces with each version")
    parser.add_argument("--once", action="store_true", help="end after the first version")
    try:
        return follow(parser.parse_args())
    except KeyboardInterrupt:
        return 0
    except KafkaException as failure:
        print(f"follow: {failure.args[0].str()}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
