"""Proofs (log.md, "Proofs")."""

from .notes import b64, b64_decode, decimal, verify_checkpoint
from .refusal import Refusal
from .tree import verify_inclusion

PROOF_HEADER = "c2sp.org/tlog-proof@v1"


def encode_proof(extra, index, path, checkpoint):
    lines = [PROOF_HEADER] + ([] if extra is None else ["extra " + b64(extra)])
    lines += ["index %d" % index] + [b64(hash) for hash in path]
    return ("\n".join(lines) + "\n\n").encode() + checkpoint


def parse_proof(data):
    malformed = Refusal("malformedProof")
    if len(data) > (256 << 10) + (128 << 10):
        raise malformed

    def lines():
        nonlocal data
        while True:
            line, newline, data = data.partition(b"\n")
            try:
                text = line.decode()
            except UnicodeDecodeError:
                raise malformed from None
            if not newline:
                raise malformed
            yield text

    reader = lines()
    if next(reader) != PROOF_HEADER:
        raise malformed
    line, extra = next(reader), None
    if line.startswith("extra "):
        extra = b64_decode(line[6:], "malformedProof")
        line = next(reader)
    if not line.startswith("index "):
        raise malformed
    index, path = decimal(line[6:], "malformedProof"), []
    while line := next(reader):
        hash = b64_decode(line, "malformedProof")
        if len(hash) != 32 or len(path) == 63:
            raise malformed
        path.append(hash)
    return extra, index, path, data


def verify_proof(data, leaf, logs, policy=None):
    extra, index, path, checkpoint = parse_proof(data)
    origin, size, root, cosigned = verify_checkpoint(checkpoint, logs, policy.witnesses if policy else [])
    if policy and not policy.is_met(cosigned):
        raise Refusal("quorumNotMet")
    verify_inclusion(index, size, leaf, path, root)
    return extra, index, size
