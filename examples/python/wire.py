"""RangeStream's records on the wire, as docs/protocol.md has them: framing, signatures, chunks."""

import hashlib
import io
import re
import struct

import fastavro
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

HEADER = struct.Struct("<2sQ")
MARKER = b"\xc3\x01"
PEM_BEGIN = b"-----BEGIN PUBLIC KEY-----"
PEM_END = b"-----END PUBLIC KEY-----"
MOST_CHUNKS = 1_000_000  # Whoever writes updates must not choose how much memory we take.
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class Refused(Exception):
    """Bytes that are not what they should be; the message says which check failed."""


def fingerprint_of(value):
    """The fingerprint that a record begins with: the key of its schema on the schemas topic."""
    if len(value) < HEADER.size or not value.startswith(MARKER):
        raise Refused("not Avro single-object encoding")
    return f"{HEADER.unpack_from(value)[1]:016x}"


def decode(value, schema_of):
    """Decodes a record with the schema it was written with, which schema_of finds by its fingerprint."""
    schema = schema_of(fingerprint_of(value))
    try:
        return fastavro.schemaless_reader(io.BytesIO(value[HEADER.size:]), schema)
    except Exception as failure:  # Whatever the bytes make fastavro raise: EOFError, IndexError, UnicodeDecodeError, ...
        raise Refused(f"cannot be decoded: {type(failure).__name__}") from failure


def file_name(update):
    """MODEL-VERSION.onnx. The name comes from the topic and must not lead out of the folder."""
    if not NAME.fullmatch(update["model"]):
        raise Refused("the model's name is not a file's")
    return f"{update['model']}-{update['version']}.onnx"


class TrustedKeys:
    """The publishers whose updates are accepted, and the order of their events. Without a key everything is."""

    def __init__(self, pem=b""):
        *blocks, rest = pem.split(PEM_END)
        self.keys = [TrustedKey(*block.partition(PEM_BEGIN)) for block in blocks]
        for line in lines(rest):
            raise ValueError(f"{line!r} belongs to no key")
        self.newest = 0
        self.heartbeat = None

    def check_signature(self, key, value, headers):
        """The key that signed a record, None where no key is trusted."""
        if not self.keys:
            return None
        signature = dict(headers or []).get("rs-signature")
        if signature is None:
            raise Refused("it is not signed")
        for trusted in self.keys:
            if trusted.signed(signature, statement(key, value)):
                return trusted
        raise Refused("its signature is of no trusted key, or it was altered")

    def check_order(self, number, signer=None):
        if signer:
            signer.check_number(number)
        if self.keys and 0 < self.newest >= number:
            raise Refused(f"it is event {number} and {self.newest} was read before: an old event was written again")
        self.newest = max(self.newest, number)

    def check_heartbeat(self, beat, signer=None):
        """Takes in a heartbeat: the time of the newest is how long ago nothing newer was kept back."""
        number = beat["event_number"]
        if signer:
            signer.check_number(number + 1 if signer.first == number + 1 else number)
        if self.keys and (number < self.newest or self.heartbeat and beat["time"] <= self.heartbeat["time"]):
            raise Refused("it is an old heartbeat, written again")
        self.heartbeat = beat

    def withheld(self, max_age, now):
        """Why newer updates may be kept from who has read to the end of the topic, None if they are not."""
        beat = self.heartbeat
        if beat and self.keys and beat["event_number"] > self.newest:
            return f"there are events up to number {beat['event_number']}, and the newest on the topic is {self.newest}"
        if max_age and (beat is None or now - beat["time"] > max_age):
            return f"the learner was last heard {beat['time'].isoformat() if beat else 'never'}"
        return None


class TrustedKey:
    """A public key, and which of its events count."""

    def __init__(self, before, begin, body):
        self.key = load_pem_public_key(begin + body + PEM_END)
        if not isinstance(self.key, Ed25519PublicKey):
            raise ValueError("a key is not Ed25519")
        self.first, self.last = 0, None
        for line in lines(before):
            validity = re.fullmatch(r"(first|last)-event:\s*([0-9]{1,18})", line)
            if not validity:
                raise ValueError(f"{line!r} is neither a key nor first-event: N or last-event: N before one")
            setattr(self, validity[1], int(validity[2]))

    def signed(self, signature, signed):
        try:
            self.key.verify(signature, signed)
            return True
        except InvalidSignature:
            return False

    def check_number(self, number):
        if number < self.first or self.last is not None and (number > self.last or self.last == 0):
            raise Refused(f"it is event {number}, which its key is not trusted with")


def lines(text):
    """What stands between the keys of a file, without comments."""
    stripped = (line.strip() for line in text.decode().splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def statement(key, value):
    """What a signature is about: key and value as they are on the wire, nothing for a tombstone's value."""
    return struct.pack(">I", len(key)) + key + (value or b"")


class Chunks:
    """A version's artifact while its chunks come in."""

    def __init__(self, update):
        self.model, self.version, self.artifact = update["model"], update["version"], update["artifact"]
        if self.artifact["chunks"] < 1:
            raise Refused("its artifact is not on the topic but in a store, which this example does not read")
        if self.artifact["chunks"] > MOST_CHUNKS:
            raise Refused(f"the update names {self.artifact['chunks']} chunks")
        self.pieces = [None] * self.artifact["chunks"]
        self.defects = {}

    def offer(self, key, value, schema_of):
        """Takes in a record of model-weights; others than this version's are passed over."""
        prefix, _, index = (key or b"").decode(errors="replace").rpartition("/")
        if prefix != f"{self.model}/{self.version}" or not re.fullmatch("[0-9]{1,9}", index):
            return
        index = int(index)
        if index >= len(self.pieces):
            return
        if value is None:
            self.pieces[index] = None
        try:
            piece = self._checked(index, value, schema_of)
            self.pieces[index] = piece
            self.defects.pop(index, None)
        except Refused as refusal:
            self.defects[index] = str(refusal)

    def _checked(self, index, value, schema_of):
        if value is None:
            raise Refused("was deleted: the version was pruned")
        chunk = decode(value, schema_of)
        if (chunk["model"], chunk["version"], chunk["index"]) != (self.model, self.version, index):
            raise Refused("is of another key")
        if chunk["count"] != len(self.pieces):
            raise Refused(f"says there are {chunk['count']} chunks")
        if hashlib.sha256(chunk["bytes"]).hexdigest() != chunk["sha256"]:
            raise Refused("does not have the SHA-256 it names")
        return chunk["bytes"]

    def whole(self):
        """The verified artifact, None while chunks are missing."""
        if any(piece is None for piece in self.pieces):
            return None
        whole = b"".join(self.pieces)
        if len(whole) != self.artifact["bytes"]:
            raise Refused(f"{len(whole)} bytes instead of {self.artifact['bytes']}")
        if hashlib.sha256(whole).hexdigest() != self.artifact["sha256"]:
            raise Refused("the SHA-256 of the whole differs")
        return whole

    def problem(self):
        for index, defect in self.defects.items():
            return f"chunk {index + 1} of {len(self.pieces)} {defect}"
        missing = [str(index + 1) for index, piece in enumerate(self.pieces) if piece is None]
        return f"chunk {', '.join(missing)} of {len(self.pieces)} is missing"
