#!/usr/bin/env python3
"""Makes the vector files beside it, always the same bytes.

    python3 generate.py           writes them
    python3 generate.py --check   writes nothing; fails when a file is not what would be written

The expected outcome of every case is stated here by hand; `reference.py` then has to come to the same one, or
generation stops. All keys, salts and nonces are SHA-256 of a label: they protect nothing, never use them.

Needs Python 3.9 or later and the package `cryptography`, 44 or later.
"""

import sys

sys.dont_write_bytecode = True

import json
import pathlib

from cases.agreements import agreement_changes, agreements
from cases.attachments import chunked_encryption
from cases.cards import cards, keys_statements, short_forms
from cases.checkpoints import checkpoints, proofs
from cases.entries import entries
from cases.envelopes import envelopes
from cases.journal import case_records, erasure_keys, journal_records, payloads, stream_keys
from cases.notes import notes, vkeys
from cases.policies import policies
from cases.recipients import recipient_keys
from cases.records import record_ids
from cases.store import file_ciphers, keyrings, sealed_keys, watermarks
from cases.sync import add_checkpoint, deliveries, evidence, gossip
from cases.tree import bundles, merkle, tile_paths, tiles

HERE = pathlib.Path(__file__).resolve().parent

FILES = {
    "merkle": (
        merkle,
        """RFC 6962 hashing and proofs (log.md, "The tree") over the entries "entry 0", "entry 1", ... in ASCII. Byte
        strings are hex. kind "leaf": entry, hash. "node": left, right, hash. "root": size, root. "inclusion": index,
        size, leaf (the leaf hash), hashes, root. "consistency": size1, size2, root1, root2, hashes.""",
    ),
    "tile-paths": (
        tile_paths,
        """Names of tiles and entry bundles (log.md, "Resources"): path; where it is good, level (null for an entry
        bundle), index and width (256 for a full one).""",
    ),
    "tiles": (
        tiles,
        """The resources that a log of `to` entries has and the same log of `from` entries had not (log.md,
        "Resources"), over the entries of merkle.json, in no order: path, byteCount and sha256 (hex) of the content.
        root (hex): of the tree at `to`.""",
    ),
    "bundles": (
        bundles,
        """Entry bundles (log.md, "Resources"): bundle (hex) read as one of `width` entries; where it is good, the
        entries (hex).""",
    ),
    "notes": (
        notes,
        """Signed notes (log.md, "Notes"): note (base 64) verified with vkeys of type 1 as the known keys. Where it is
        good: text, signedBy (the names of the known keys that have signed, in the order of their first lines) and
        signatureCount (lines, known or not).""",
    ),
    "vkeys": (
        vkeys,
        """Verifier keys (log.md, "Verifier keys"): vkey; where it parses, keyName, keyID (hex), type, publicKey (hex),
        and the outcome of taking it as the key of a log (asLog) and of a witness (asWitness).""",
    ),
    "checkpoints": (
        checkpoints,
        """Signed checkpoints (log.md, "Checkpoints"): note (base 64), verified with the vkeys of logs and witnesses as
        known. Where it is good: origin, size, root (hex), and cosignatures: each known witness that cosigned, by its
        key's name, and its latest timestamp.""",
    ),
    "policies": (
        policies,
        """Trust policies (log.md, "Policies"): policy (base 64). Where it is good: the numbers of logs and witnesses,
        witnessesNeededForSplitView, toleratedDishonestWitnesses (absent where there is no protection),
        toleratedUnreachableWitnesses, and, for up to eight witnesses, sets of cosigners by the names in their vkeys:
        quorumMet, the smallest that meet the quorum; quorumNotMet, the largest that do not.""",
    ),
    "proofs": (
        proofs,
        """Proofs (log.md, "Proofs"): proof (base 64) that entry (hex) is in the log of vkey, or, where a policy
        (base 64) is given, in one that this policy believes. Where it is good: index, size of the tree, hashCount,
        extra (hex, absent where the proof has none).""",
    ),
    "sealed-key": (
        sealed_keys,
        """Sealed key files (keys.md): file (hex), opened as the key of role and slot, for nodeID (hex), with
        wrappingKey (hex), which is derived from masterKey (hex). Where it is good: seed and publicKey (hex),
        masterKeyID, createdMilliseconds.""",
    ),
    "keyring": (
        keyrings,
        """Keyrings (storage.md): file (hex), opened for nodeID (hex); unlock says with what: "keyFile" (32 bytes, hex)
        or "passphrase" (its UTF-8). Where it is good: keys, oldest first, each id, createdMilliseconds and key (hex).""",
    ),
    "file-cipher": (
        file_ciphers,
        """Encrypted files (storage.md): derived (48 bytes) = fileKey (32) and check (16), from masterKey and salt; the
        first 60 bytes of the prefix (4,036 zeros follow); plaintext and ciphertext of bytes at offset in the file,
        where the prefix counts. All byte strings are hex.""",
    ),
    "chunked-encryption": (
        chunked_encryption,
        """Chunked encryption (attachments.md): a message under key (32 bytes) and context, which has messageByteCount
        bytes and messageSHA256. Where it is good, it is what salt, and the content whose byte i is i mod 251, of
        contentByteCount bytes, give; messageKey, baseNonce and commitment are derived on the way, and a short message
        is there in full. Where it is not, its parts follow each other: bytes, or those of the good message of the name
        `of`, at offsets from `from` up to `to`. All byte strings are hex.""",
    ),
    "watermark": (
        watermarks,
        """Slots of the watermark file (storage.md): slot (hex) read for log (logID is its number) with a keyring that
        holds masterKey (hex) as masterKeyID; subkey (hex) keys the tag. Where it is good: size and root (hex).
        "absent": the slot says nothing.""",
    ),
    "journal-records": (
        journal_records,
        """Leaves of the journal (journal.md, "Records"): record (hex). Where it is good: kind (its number), sequence,
        timeMilliseconds, actor, stream (the reference, hex), payloadDigest and leafHash (the hash of the tree, hex).""",
    ),
    "case-records": (
        case_records,
        """What records about cases hold (journal.md, "Payloads"): kind, content and nominal (absent where there are no
        names), as they are before sealing. Where it is good: events, each with the content and the nominal part that it
        has by itself. All byte strings are hex.""",
    ),
    "payloads": (
        payloads,
        """Payloads (journal.md, "Payloads"): payload (hex), opened as that of a record of kind, actor and
        payloadDigest, which stands at place of stream, with contentKey and nominalKey, which are derived from
        streamRoot. Where it is good: position (absent where it was not said beforehand), content, and nominal (absent
        where there are no names); the nonces and associated data are those that seal them into the same bytes. All byte
        strings are hex.""",
    ),
    "stream-keys": (
        stream_keys,
        """Stream keys (journal.md, "Stream keys"), byte strings in hex. kind "subkeys": root, contentKey, nominalKey.
        "reference": referenceKey, stream, reference. "unwrapping": rows of the column family keys, the files
        erasureKeyFile and keyring (of the node nodeID, opened with keyFile) lead to contentKey and nominalKey of
        stream. "absent": the stream has no key.""",
    ),
    "erasure-key": (
        erasure_keys,
        """The erasure key's file (journal.md, "The erasure key"): file (hex), read by the node nodeID whose keyring
        holds masterKeys; keyring is one that does, opened with keyFile. Where it is good: keys, in the order of the
        file, each id and key (hex).""",
    ),
    "cards": (
        cards,
        """Authority cards (cards.md): note (base 64). Where it is good: country, authority, prefix, revision, issued,
        identity, release, exchange, journal, witness (vkeys), nodes, pins (hex), and the fingerprint and shortForm.
        Where it is not: line, the line of the text that is refused, where it is one. Times are seconds since
        1970-01-01T00:00Z.""",
    ),
    "short-forms": (
        short_forms,
        """Fingerprints and short forms of cards (cards.md): text. Where it is good: prefix, digest (hex) and digits.""",
    ),
    "keys-statements": (
        keys_statements,
        """Keys statements (cards.md, "Keys statements"): note (base 64), read as one of the authority with the identity
        vkey. Where it is good: prefix, number, issued, and lists begins (use, from, vkey, id), ends and revocations
        (use, at, id) and epochs (number, from, until, id); ids are hex. line and times as in cards.json.""",
    ),
    "agreements": (
        agreements,
        """Agreements (agreements.md): note (base 64). Where it is good: its terms, by the keys of its lines, lists in
        the plural; lead is absent where there is none; signedBy: the parties that have a signature line, whose
        signatures are not verified here. line and times as in cards.json.""",
    ),
    "agreement-changes": (
        agreement_changes,
        """Changes of agreements (agreements.md, "Changes"): note (base 64). Where it is good: agreement, change, party,
        terms (hex, absent but for join), issued, effective, reason (absent where there is none). line and times as
        in cards.json.""",
    ),
    "entries": (
        entries,
        """Entries of the exchange log (entries.md): entry (hex), into which zeroCount zero bytes are to be put at offset
        zerosAt where these two are there, parsed, and verified with key (the public key, hex) for the log of origin.
        Where it is good: kind (its number), signer, id, timeMilliseconds, references, headerHash (H), leafHash; and
        statementSHA256, or for a notice recipientsCommitment, documentCommitment, stanzaCount, paddedByteCount,
        stanzasDigest, bodyDigest and keyCommitment (hex).""",
    ),
    "recipient-keys": (
        recipient_keys,
        """Recipient keys (envelopes.md, "Recipient keys"), byte strings in hex. kind "keyPair": seed, publicKey, id.
        "publicKey": publicKey, id. "opening": sealed, opened with the key pair of seed and with info: plaintext.""",
    ),
    "envelopes": (
        envelopes,
        """Envelopes (envelopes.md): envelope (base 64), or that of the case named by envelopeOf, opened as that of entry
        (hex) in the log of origin, with keys (authority, seed, epoch), in this order. The directory gives signerKey and
        signerStatus ("unknown": it knows nothing); leafHash was proven to be in the log; isCosigned: the checkpoint's
        quorum is met; isDuplicate: the entry id was taken in before. Where it opens, opened has document, recipients,
        openedAs and contentKey; headerHash is H; releaseSeed, recipientsSalt (r1), documentSalt (r2) and bodySalt are
        what the entry and the body were made with. Byte strings but envelope are hex.""",
    ),
    "deliveries": (
        deliveries,
        """Pages of deliveries (sync.md, "Deliveries"): page (hex), read behind afterPosition and afterEntryIndex (absent
        where there was no delivery yet), with envelopes of at most maximumEnvelopeByteCount. Where it is good:
        deliveries, each position, entryIndex and envelope (hex).""",
    ),
    "gossip": (
        gossip,
        """Held checkpoints (sync.md, "Held checkpoints"): gossip (base 64). Where it is good: items, each kind and bytes
        (base 64).""",
    ),
    "add-checkpoint": (
        add_checkpoint,
        """Requests to a witness (sync.md, "Witnesses"): request (base 64), parsed only. Where it is good: oldSize, hashes
        (hex) and note (base 64).""",
    ),
    "evidence": (
        evidence,
        """Evidence of forks (sync.md, "Evidence of a fork"): evidence (base 64), read and then verified with the vkeys of
        logs as known. Where it convicts: origin, firstSize and secondSize.""",
    ),
    "record-ids": (
        record_ids,
        """Names of records (casefiles.md, "Record ids"): text, as someone wrote it. Where it is good: country, kind and
        number; id, as it is written; isExact, whether text is that. "doubtful": the check digits are wrong: the same
        fields, and spelling, the text in its one form with the digits that it has. "malformed": no record is called
        that.""",
    ),
}


def main():
    check, stale = sys.argv[1:] == ["--check"], []
    assert check or not sys.argv[1:], "only --check is understood"
    for name, (make, description) in FILES.items():
        cases = make()
        names = [case["name"] for case in cases]
        assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
        content = json.dumps({"description": " ".join(description.split()), "cases": cases}, indent=1) + "\n"
        path = HERE / (name + ".json")
        if not check:
            path.write_text(content)
        elif not path.exists() or path.read_text() != content:
            stale.append(path.name)
        print("%-18s %4d cases" % (name, len(cases)))
    if stale:
        sys.exit("not what generate.py makes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
