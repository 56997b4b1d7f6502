"""python -m unittest: no broker needed."""

import hashlib
import io
import json
import pathlib
import re
import unittest
from datetime import datetime, timedelta, timezone

import fastavro
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wire import HEADER, MARKER, Chunks, Refused, TrustedKeys, decode, file_name, fingerprint_of, statement

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs/protocol.md").read_text()
SCHEMA = json.loads((ROOT / "schemas/src/main/avro/ModelChunk.avsc").read_text())
FINGERPRINT = "c2262e4a88aad1b0"
HEARTBEAT = json.loads((ROOT / "schemas/src/main/avro/ModelHeartbeat.avsc").read_text())
AT = datetime(2026, 1, 2, 3, 4, 5, 678000, timezone.utc)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def shown(block):
    """The bytes of a block of the page."""
    text = re.findall(r"```\n(0000  .*?)```", PAGE, re.DOTALL)[block]
    lines = [re.match(r"[0-9a-f]{4}  ((?:[0-9a-f]{2} ?){1,16})", line).group(1) for line in text.splitlines()]
    return bytes.fromhex(" ".join(lines))


def schema_of(fingerprint):
    return {FINGERPRINT: SCHEMA}[fingerprint]


def record(version, index, count, piece, sha256=None):
    chunk = {"model": "faces", "version": version, "index": index, "count": count, "bytes": piece,
             "sha256": sha256 or hashlib.sha256(piece).hexdigest()}
    body = io.BytesIO()
    fastavro.schemaless_writer(body, SCHEMA, chunk)
    return HEADER.pack(MARKER, int(FINGERPRINT, 16)) + body.getvalue()


def update(whole, chunks):
    artifact = {"bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest(), "chunks": chunks}
    return {"model": "faces", "version": 7, "artifact": artifact}


class WireTest(unittest.TestCase):
    def test_the_pages_chunk_is_read(self):
        value = shown(0)

        self.assertEqual(FINGERPRINT, fingerprint_of(value))
        self.assertEqual(b"ONNX", decode(value, schema_of)["bytes"])
        self.assertEqual(value, record(7, 0, 1, b"ONNX"))

    def test_the_pages_signature_is_accepted_and_nothing_else(self):
        trusted = TrustedKeys(PEM)
        signature = shown(1)

        self.assertEqual(signature, KEY.sign(statement(b"faces/7", b"value")))
        trusted.check_signature(b"faces/7", b"value", [("rs-signature", signature)])
        for key, value, headers in [
            (b"faces/8", b"value", [("rs-signature", signature)]),
            (b"faces/7", b"valuf", [("rs-signature", signature)]),
            (b"faces/7", None, [("rs-signature", signature)]),
            (b"faces/7", b"value", [("rs-signature", OTHER.sign(statement(b"faces/7", b"value")))]),
            (b"faces/7", b"value", None),
        ]:
            with self.assertRaises(Refused):
                trusted.check_signature(key, value, headers)
        TrustedKeys().check_signature(b"faces/7", b"value", None)

    def test_an_old_event_is_not_taken_again(self):
        trusted = TrustedKeys(PEM)
        trusted.check_order(3)
        trusted.check_order(5)
        for old in (0, 3, 5):
            with self.assertRaises(Refused):
                trusted.check_order(old)
        trusted.check_order(6)

    def test_the_pages_heartbeat_is_read(self):
        value = shown(2)

        beat = decode(value, {fingerprint_of(value): HEARTBEAT}.get)
        self.assertEqual(("faces", 41, 7, 8), (beat["model"], *list(beat.values())[2:]))
        self.assertEqual(AT, beat["time"])

    def test_a_key_is_trusted_with_the_events_that_its_lines_say(self):
        trusted = TrustedKeys(b"# the first learner's\nfirst-event: 3\nlast-event: 5\n" + PEM)
        signer = trusted.check_signature(b"k", b"v", [("rs-signature", KEY.sign(statement(b"k", b"v")))])
        for number in (2, 6):
            with self.assertRaises(Refused):
                trusted.check_order(number, signer)
        trusted.check_order(5, signer)
        for bad in (b"last-evnt: 5\n" + PEM, PEM + b"last-event: 5\n"):
            with self.assertRaises(ValueError):
                TrustedKeys(bad)

    def test_a_heartbeat_tells_of_updates_that_are_kept_back(self):
        trusted = TrustedKeys(PEM)
        trusted.check_order(4)
        minute = timedelta(minutes=1)
        self.assertIn("never", trusted.withheld(minute, AT))
        trusted.check_heartbeat({"time": AT, "event_number": 4})
        self.assertIsNone(trusted.withheld(minute, AT + minute))
        self.assertIn("last heard", trusted.withheld(minute, AT + 2 * minute))
        for old in ({"time": AT, "event_number": 4}, {"time": AT + minute, "event_number": 3}):
            with self.assertRaises(Refused):
                trusted.check_heartbeat(old)
        trusted.check_heartbeat({"time": AT + minute, "event_number": 5})
        self.assertIn("number 5", trusted.withheld(None, AT + minute))

    def test_chunks_are_joined_by_index(self):
        chunks = Chunks(update(b"abcdef", 3))
        for index, piece in [(2, b"ef"), (0, b"ab"), (1, b"cd")]:
            self.assertIsNone(chunks.whole())
            chunks.offer(b"faces/7/%d" % index, record(7, index, 3, piece), schema_of)
            chunks.offer(b"faces/6/%d" % index, record(6, index, 3, b"xx"), schema_of)

        self.assertEqual(b"abcdef", chunks.whole())

    def test_an_artifact_in_a_store_is_refused(self):
        with self.assertRaisesRegex(Refused, "in a store"):
            Chunks(update(b"abcdef", 0))

    def test_more_chunks_than_can_be_are_refused(self):
        Chunks(update(b"abcdef", 1_000_000))
        with self.assertRaisesRegex(Refused, "the update names 1000001 chunks"):
            Chunks(update(b"abcdef", 1_000_001))

    def test_damaged_chunks_are_named(self):
        for value, reason in [
            (record(7, 1, 2, b"cd", "0" * 64), "does not have the SHA-256 it names"),
            (record(7, 1, 3, b"cd"), "says there are 3 chunks"),
            (record(6, 1, 2, b"cd"), "is of another key"),
            (record(7, 1, 2, b"cd")[:-9], "cannot be decoded: EOFError"),
            (None, "was deleted: the version was pruned"),
        ]:
            chunks = Chunks(update(b"abcd", 2))
            chunks.offer(b"faces/7/0", record(7, 0, 2, b"ab"), schema_of)
            chunks.offer(b"faces/7/1", value, schema_of)

            self.assertIsNone(chunks.whole())
            self.assertEqual(f"chunk 2 of 2 {reason}", chunks.problem())

    def test_a_chunk_that_is_deleted_after_it_came_is_missing_again(self):
        chunks = Chunks(update(b"abcd", 2))
        chunks.offer(b"faces/7/0", record(7, 0, 2, b"ab"), schema_of)
        chunks.offer(b"faces/7/0", None, schema_of)
        chunks.offer(b"faces/7/1", record(7, 1, 2, b"cd"), schema_of)

        self.assertIsNone(chunks.whole())
        self.assertEqual("chunk 1 of 2 was deleted: the version was pruned", chunks.problem())

    def test_keys_of_nothing_are_passed_over(self):
        chunks = Chunks(update(b"abcd", 2))
        for key in (None, b"", b"\xff/7/0", b"faces/7/-1", "faces/7/\u00b2".encode(), b"faces/7/2"):
            chunks.offer(key, record(7, 0, 2, b"ab"), schema_of)

        self.assertEqual("chunk 1, 2 of 2 is missing", chunks.problem())

    def test_a_name_that_leads_elsewhere_is_refused(self):
        self.assertEqual("face_v1.b-7.onnx", file_name({"model": "face_v1.b", "version": 7}))
        for name in ("", "..", "../faces", "a/b", "a\\b", ".hidden", "a\n", "a" * 101):
            with self.assertRaises(Refused):
                file_name({"model": name, "version": 7})

    def test_sound_chunks_of_something_else_are_refused(self):
        for pieces in [(b"ab", b"ce"), (b"ab", b"cde")]:
            chunks = Chunks(update(b"abcd", 2))
            with self.assertRaises(Refused):
                for index, piece in enumerate(pieces):
                    chunks.offer(b"faces/7/%d" % index, record(7, index, 2, piece), schema_of)
                chunks.whole()


if __name__ == "__main__":
    unittest.main()
