"""Cases for envelopes.json."""

import base64
import hashlib
import struct

import reference as ref

from .common import expect, fixed, flip
from .entries import ORIGIN, OTHER_ORIGIN, OTHER_PUBLIC, OTHER_RELEASE, PUBLIC, RELEASE, TIME
from .entries import references, signed, statement_core
from .recipients import randomness

EPOCH = 2972


class Recipient:
    def __init__(self, name, epoch=EPOCH, label=None):
        self.name, self.epoch, self.seed = name, epoch, fixed("recipient seed of " + (label or name.decode()))
        self.public = ref.recipient_public_key(self.seed)
        self.listed = name, ref.recipient_key_id(self.public), epoch
        self.key = name, self.seed, epoch


LA, KH, VN = Recipient(b"la.customs.example"), Recipient(b"kh.customs.example"), Recipient(b"vn.customs.example")
MALLORY = Recipient(b"mallory.example")
LA_OLD = Recipient(b"la.customs.example", EPOCH - 1, "la, an epoch earlier")
DOCUMENT = b"What is released, as the schema of notices has it."


def by_id(recipients):
    return sorted(recipients, key=lambda recipient: recipient.listed[1])


class Made:
    """A sealed release, of which every part can be another than it should be."""

    def __init__(
        self,
        label,
        recipients=(LA, VN),
        document=DOCUMENT,
        release=RELEASE,
        origin=ORIGIN,
        time=TIME,
        refs=(),
        stanza_count=None,
        sealed_to=None,
        listed=None,
        inner={},
        committed_document=None,
        committed_recipients=None,
        content=None,
        pad=None,
        stanza_keys={},
        stanza_header=None,
        body_key=None,
        body_header=None,
        committed_key=None,
        commit_header=None,
        seal_body=None,
    ):
        sealed_to = recipients if sealed_to is None else sealed_to
        listed = [recipient.listed for recipient in by_id(recipients)] if listed is None else listed
        self.origin, self.release = origin, release
        self.id = fixed("entry id of " + label, 16)
        self.salts = fixed("r1 of " + label), fixed("r2 of " + label)
        self.content_key, self.body_salt = fixed("content key of " + label), fixed("body salt of " + label, 24)
        signer = ref.signer_id(ref.public_key(release))
        outer = {"signer": signer, "entry_id": self.id, "origin": origin}
        if content is None:
            content = ref.encode_content(self.salts, listed, document=document, **{**outer, **inner})
        padded = content.ljust(ref.padded_size(len(content)), b"\x00") if pad is None else pad(content)
        outline = (
            ref.recipients_commitment(self.salts[0], listed) if committed_recipients is None else committed_recipients,
            ref.document_commitment(self.salts[1], document if committed_document is None else committed_document),
            stanza_count or 1 << (len(sealed_to) - 1).bit_length(),
            len(padded),
        )
        header = ref.encode_header(signer, self.id, ref.NOTICE, time, outline, refs)
        self.header = ref.header_hash(header, origin)
        self.stanzas = self.seal_stanzas(label, sealed_to, outline[2], stanza_keys, stanza_header or self.header)
        seal = seal_body or ref.seal_chunked
        self.body = seal(body_key or self.content_key, self.body_salt, body_header or self.header, padded)
        core = header + hashlib.sha256(self.stanzas).digest() + hashlib.sha256(self.body).digest()
        core += ref.key_commitment(committed_key or self.content_key, commit_header or self.header)
        self.entry = ref.sign_entry(core, release, origin)
        self.envelope = self.stanzas + self.body

    def seal_stanzas(self, label, sealed_to, count, keys, header):
        """Decoys first."""
        stanzas = []
        for i in range(count):
            place = i - (count - len(sealed_to))
            if place < 0:
                public = ref.recipient_public_key(fixed("decoy %d of %s" % (i, label)))
                plaintext = fixed("decoy plaintext %d of %s" % (i, label))
            else:
                public, plaintext = sealed_to[place].public, keys.get(place, self.content_key)
            chosen = randomness("stanza %d of %s" % (i, label))
            stanzas.append(ref.hpke_seal(public, b"cordon stanza v1" + header, plaintext, chosen))
        return b"".join(stanzas)

    def with_bodies(self, stanzas=None, body=None, release=None):
        """The entry made anew for other bytes of the envelope, signed by the same key, or by another."""
        made = object.__new__(Made)
        made.__dict__.update(self.__dict__)
        made.stanzas, made.body = stanzas or self.stanzas, body or self.body
        made.envelope = made.stanzas + made.body
        entry = ref.Entry(self.entry)
        core = entry.header
        if release:
            core = core[:2] + ref.signer_id(ref.public_key(release)) + core[34:]
        core += hashlib.sha256(made.stanzas).digest() + hashlib.sha256(made.body).digest() + entry.key_commitment
        made.entry = ref.sign_entry(core, release or self.release, self.origin)
        return made


class Envelopes:
    def __init__(self):
        self.cases, self.seen = [], {}

    def case(
        self,
        name,
        expected,
        made,
        entry=None,
        envelope=None,
        keys=(LA,),
        origin=ORIGIN,
        signer=PUBLIC,
        status="active",
        leaf=None,
        is_cosigned=True,
        is_duplicate=False,
    ):
        entry = made.entry if entry is None else entry
        envelope = made.envelope if envelope is None else envelope
        leaf = ref.leaf_hash(entry) if leaf is None else leaf
        arguments = [key.key for key in keys], signer, status, leaf, is_cosigned, is_duplicate
        opened = expect(name, expected, ref.open_envelope, ref.Entry(entry), envelope, origin, *arguments)
        case = {"name": name, "outcome": expected, "entry": entry.hex(), "origin": origin.decode()}
        if envelope in self.seen:
            case["envelopeOf"] = self.seen[envelope]
        else:
            case["envelope"] = base64.b64encode(envelope).decode()
            self.seen[envelope] = name
        case.update(signerKey=signer.hex(), signerStatus=status, leafHash=leaf.hex())
        case.update(isCosigned=is_cosigned, isDuplicate=is_duplicate)
        case["keys"] = [
            {"authority": name.decode(), "seed": seed.hex(), "epoch": epoch} for name, seed, epoch in arguments[0]
        ]
        if opened:
            content, content_key, ours = opened
            case["opened"] = {
                "document": content.document.hex(),
                "recipients": [recipient(listed) for listed in content.recipients],
                "openedAs": recipient(ours),
                "contentKey": content_key.hex(),
                "headerHash": made.header.hex(),
                "releaseSeed": made.release.hex(),
                "recipientsSalt": made.salts[0].hex(),
                "documentSalt": made.salts[1].hex(),
                "bodySalt": made.body_salt.hex(),
            }
        self.cases.append(case)


def recipient(listed):
    return {"authority": listed[0].decode(), "keyID": listed[1].hex(), "epoch": listed[2]}


def envelopes():
    made = Envelopes()
    good = Made("two recipients")
    good_envelopes(made.case, good)
    outer_checks(made.case, good)
    moved_envelopes(made.case, good)
    key_checks(made.case, good)
    content_checks(made.case)
    inner_checks(made.case)
    order_of_checks(made.case)
    return made.cases


def good_envelopes(case, good):
    case("two recipients", "ok", good)
    case("two recipients, opened by the other", "ok", good, keys=(VN,))
    case("with several keys, one of which fits", "ok", good, keys=(LA_OLD, MALLORY, LA))
    case("one recipient", "ok", Made("one", (LA,)))
    three = Made("three", (LA, KH, VN))
    for key in (LA, KH, VN):
        case("three recipients and a decoy, opened by %s" % key.name.decode(), "ok", three, keys=(key,))
    case("one recipient and three decoys", "ok", Made("decoys", (LA,), stanza_count=4))
    case("an empty document", "ok", Made("empty", (LA,), b""))
    size = 4096 - len(ref.encode_content((bytes(32),) * 2, [LA.listed], bytes(32), bytes(16), ORIGIN, b""))
    case("4,096 bytes without padding", "ok", Made("full", (LA,), bytes(size)))
    case("4,097 bytes", "ok", Made("one more", (LA,), bytes(size + 1)))
    case("two chunks", "ok", Made("two chunks", (LA,), bytes(17_000)))
    case("references", "ok", Made("references", (LA,), refs=references(3)))
    case("two keys of one authority", "ok", Made("two epochs", (LA, LA_OLD)), keys=(LA_OLD, LA))
    other = Made("other", (LA,), release=OTHER_RELEASE, origin=OTHER_ORIGIN)
    case("by another authority", "ok", other, origin=OTHER_ORIGIN, signer=OTHER_PUBLIC)


def outer_checks(case, good):
    for kind in (ref.KEYS, ref.ERASURE):
        case("an entry of kind %d" % kind, "notANotice", good, entry=signed(statement_core(kind)))
    case("a signer that nobody announced", "unknownSigner", good, status="unknown")
    case("a changed signature", "badSignature", good, entry=flip(good.entry, 8 * len(good.entry) - 8))
    case("a changed time", "badSignature", good, entry=flip(good.entry, 8 * 52))
    case("the directory gives another key", "badSignature", good, signer=OTHER_PUBLIC)
    case("an entry in another log", "badSignature", good, origin=OTHER_ORIGIN)
    case("a signer not yet in force", "signerNotYet", good, status="notYet")
    case("a signer that has ended", "signerEnded", good, status="ended")
    case("a revoked signer", "signerRevoked", good, status="revoked")
    case("another entry is in the log", "notIncluded", good, leaf=fixed("another leaf"))
    case("a checkpoint that nobody cosigned", "notCosigned", good, is_cosigned=False)
    stanzas, body = good.stanzas, good.body
    case("no envelope", "wrongSize", good, envelope=b"")
    case("the last byte cut off", "wrongSize", good, envelope=good.envelope[:-1])
    case("a byte too many", "wrongSize", good, envelope=good.envelope + b"\x00")
    case("a stanza stripped", "wrongSize", good, envelope=stanzas[: ref.STANZA] + body)
    case("the stanzas stripped", "wrongSize", good, envelope=body)
    case("a stanza doubled", "wrongSize", good, envelope=stanzas[: ref.STANZA] + good.envelope)
    swapped = stanzas[ref.STANZA :] + stanzas[: ref.STANZA]
    case("the stanzas exchanged", "wrongStanzas", good, envelope=swapped + body)
    case("a stanza changed", "wrongStanzas", good, envelope=flip(good.envelope, 0))
    last = 8 * len(stanzas) - 1
    case("the last bit of the stanzas changed", "wrongStanzas", good, envelope=flip(good.envelope, last))
    case("the body changed", "wrongBody", good, envelope=flip(good.envelope, 8 * len(stanzas)))
    case("the last bit of the body changed", "wrongBody", good, envelope=flip_last(good.envelope))


def moved_envelopes(case, good):
    """Parts of one release in another."""
    other = Made("another release")
    case("the envelope of another entry", "wrongStanzas", good, envelope=other.envelope)
    case("the body of another entry", "wrongBody", good, envelope=good.stanzas + other.body)
    case("another's stanzas, signed for", "notForUs", good.with_bodies(stanzas=other.stanzas))
    case("another's body, signed for", "bodyNotAuthentic", good.with_bodies(body=other.body))
    stolen = good.with_bodies(release=OTHER_RELEASE)
    case("signed anew by another authority", "notForUs", stolen, signer=OTHER_PUBLIC)
    # A recipient opens the stanza, and seals the content key to the header that another authority signs.
    resealed = Made("resealed", (LA,), release=OTHER_RELEASE, origin=OTHER_ORIGIN)
    moved = resealed.with_bodies(body=good.body)
    theirs = dict(origin=OTHER_ORIGIN, signer=OTHER_PUBLIC)
    case("another's body in an own release", "bodyNotAuthentic", moved, **theirs)
    forwarded = Made("forwarded", (LA, VN), sealed_to=(MALLORY,), stanza_count=2)
    case("opened, and sealed for a third party that is not listed", "notListed", forwarded, keys=(MALLORY,))
    inner = {"signer": ref.signer_id(PUBLIC), "entry_id": good.id, "origin": ORIGIN}
    forwarded = Made("forwarded whole", (LA,), release=OTHER_RELEASE, origin=OTHER_ORIGIN, inner=inner)
    case("the content of a release, sealed by another authority", "otherSigner", forwarded, **theirs)
    case("a key that is no recipient's", "notForUs", good, keys=(MALLORY,))
    case("a key of another epoch", "notForUs", good, keys=(LA_OLD,))
    case("no keys", "notForUs", good, keys=())


def key_checks(case, good):
    unbound = Made("unbound stanza", (LA,), stanza_header=fixed("another header"))
    case("a stanza sealed to another header", "notForUs", unbound)
    two = Made("two content keys", (LA, KH), stanza_keys={1: fixed("second content key")})
    case("one stanza with another content key", "wrongContentKey", two, keys=(KH,))
    case("one stanza with another content key, opened by the other", "ok", two)
    case("another key committed to", "wrongContentKey", Made("other commitment", (LA,), committed_key=fixed("key")))
    unbound = Made("unbound commitment", (LA,), commit_header=fixed("another header"))
    case("a commitment for another header", "wrongContentKey", unbound)
    case("a body under another key", "bodyNotAuthentic", Made("other body key", (LA,), body_key=fixed("key")))
    unbound = Made("unbound body", (LA,), body_header=fixed("another header"))
    case("a body sealed to another header", "bodyNotAuthentic", unbound)
    # AES-GCM alone opens under many keys; the body's own commitment is what refuses here.
    ambiguous = Made("ambiguous", (LA,), seal_body=other_commitment)
    case("a body whose chunks open, with another commitment", "bodyNotAuthentic", ambiguous)
    cut = Made("cut", (LA,), seal_body=lambda *arguments: flip_last(ref.seal_chunked(*arguments)))
    case("a body whose last chunk does not open", "bodyNotAuthentic", cut)


def other_commitment(key, salt, header, padded):
    sealed = ref.seal_chunked(key, salt, header, padded)
    return sealed[:24] + fixed("another commitment") + sealed[56:]


def flip_last(data):
    return flip(data, 8 * len(data) - 1)


def content_checks(case):
    def pad(size=4096, byte=b"\x00", place=-1):
        def padded(content):
            whole = bytearray(content.ljust(size, b"\x00"))
            whole[place : place + 1 or None] = byte
            return bytes(whole)

        return padded

    def padding(name, code, **values):
        case(name, code, Made(name, (LA,), **values))

    padding("padded to the next size but one", "badPadding", pad=pad(4352))
    padding("padded to twice the size", "badPadding", pad=pad(8192))
    padding("a last byte of padding that is not zero", "badPadding", pad=pad(byte=b"\x01"))
    padding("a byte of 0x80 behind the content", "badPadding", pad=pad(byte=b"\x80", place=400))
    padding("cut to 4,096 bytes", "malformedContent", document=bytes(4200), pad=lambda content: content[:4096])

    def content(name, code, listed=None, document=DOCUMENT, change=lambda content: content, **inner):
        salts = fixed("r1 of " + name), fixed("r2 of " + name)
        fields = {"signer": ref.signer_id(PUBLIC), "entry_id": fixed("entry id of " + name, 16), "origin": ORIGIN}
        listed = [LA.listed] if listed is None else listed
        whole = change(ref.encode_content(salts, listed, document=document, **{**fields, **inner}))
        case(name, code, Made(name, (LA,), listed=listed, document=document, content=whole))

    def count(number):
        return lambda content: content[:64] + struct.pack(">H", number) + content[66:]

    def named(name):
        return [(name, *LA.listed[1:])]

    ours, theirs = sorted([LA.listed, KH.listed], key=lambda listed: listed[1])
    content("no recipients", "malformedContent", listed=[])
    content("said to have no recipients", "malformedContent", change=count(0))
    content("said to have 257 recipients", "malformedContent", change=count(257))
    content("said to have two recipients, one there", "malformedContent", change=count(2))
    content("recipients in descending order", "malformedContent", listed=[theirs, ours])
    content("a recipient twice", "malformedContent", listed=[LA.listed, LA.listed])
    later = (*LA.listed[:2], EPOCH + 1)
    content("a key in two epochs", "malformedContent", listed=[LA.listed, later])
    content("an empty name", "malformedContent", listed=named(b""))
    content("a name of 201 bytes", "malformedContent", listed=named(b"v" * 201))
    content("a name with a space", "malformedContent", listed=named(b"la customs"))
    content("a name that ends in a slash", "malformedContent", listed=named(b"la.customs.example/"))
    content("a name that is not UTF-8", "malformedContent", listed=named(b"la\xff"))
    length = struct.pack(">L", len(DOCUMENT))
    for name, size in (("1 MiB and a byte", (1 << 20) + 1), ("4 GiB", 2**32 - 1), ("more than is there", 4096)):
        changed = struct.pack(">L", size)
        content("a document said to have %s" % name, "malformedContent",
                change=lambda content: content.replace(length + DOCUMENT, changed + DOCUMENT))
    content("a document said to be a byte shorter", "badPadding",
            change=lambda content: content.replace(length, struct.pack(">L", len(DOCUMENT) - 1)))
    content("a document said to be a byte longer", "wrongDocument",
            change=lambda content: content.replace(length, struct.pack(">L", len(DOCUMENT) + 1)))


def inner_checks(case):
    def inner(name, code, **values):
        case(name, code, Made(name, **{"recipients": (LA,), **values}))

    inner("another signer inside", "otherSigner", inner={"signer": ref.signer_id(OTHER_PUBLIC)})
    inner("another entry inside", "otherEntry", inner={"entry_id": fixed("another entry id", 16)})
    inner("another log inside", "otherOrigin", inner={"origin": OTHER_ORIGIN})
    inner("no log inside", "otherOrigin", inner={"origin": b""})
    inner("two recipients and one stanza", "tooFewStanzas", recipients=(LA, VN), sealed_to=(LA,))
    inner("sealed to us, for others", "notListed", listed=[KH.listed])
    inner("listed under another name", "notListed", listed=[(b"kh.customs.example", *LA.listed[1:])])
    inner("listed with another epoch", "notListed", listed=[(*LA.listed[:2], EPOCH + 1)])
    inner("listed with another key", "notListed", listed=[(LA.name, *KH.listed[1:])])
    inner("another document committed to", "wrongDocument", committed_document=b"another document")
    inner("a document of which the end was cut", "wrongDocument", committed_document=DOCUMENT + b"!")
    inner("other recipients committed to", "wrongRecipients", committed_recipients=fixed("another set"))
    two = ref.recipients_commitment(fixed("r1 of fewer inside than committed to"), [LA.listed, VN.listed])
    inner("fewer inside than committed to", "wrongRecipients", committed_recipients=two)
    case("an entry id that was taken in before", "duplicateEntry", Made("doubled", (LA,)), is_duplicate=True)


def order_of_checks(case):
    """Several things wrong at once: the first in the order counts."""
    wrong = dict(
        recipients=(LA, VN),
        sealed_to=(LA,),
        inner={"signer": ref.signer_id(OTHER_PUBLIC), "entry_id": bytes(16), "origin": OTHER_ORIGIN},
        listed=[KH.listed, VN.listed] if KH.listed[1] < VN.listed[1] else [VN.listed, KH.listed],
        committed_document=b"another",
        committed_recipients=bytes(32),
    )
    made = Made("all wrong", **wrong)
    rest = dict(is_duplicate=True)
    case("all wrong inside", "otherSigner", made, **rest)
    del wrong["inner"]["signer"]
    case("all wrong but the signer", "otherEntry", Made("but the signer", **wrong), **rest)
    del wrong["inner"]["entry_id"]
    case("all wrong but the entry id", "otherOrigin", Made("but the id", **wrong), **rest)
    wrong["inner"] = {}
    case("all wrong but the log", "tooFewStanzas", Made("but the log", **wrong), **rest)
    wrong["stanza_count"] = 2
    case("all wrong but the number of stanzas", "notListed", Made("but the stanzas", **wrong), **rest)
    wrong["listed"] = [recipient.listed for recipient in by_id((LA, VN))]
    case("all wrong but the list", "wrongDocument", Made("but the list", **wrong), **rest)
    del wrong["committed_document"]
    case("all wrong but the document", "wrongRecipients", Made("but the document", **wrong), **rest)
    del wrong["committed_recipients"]
    last = Made("a duplicate only", **wrong)
    case("nothing wrong but the id", "duplicateEntry", last, **rest)
    body = flip(last.envelope, 8 * len(last.envelope) - 1)
    rest.update(envelope=body)
    case("and the body", "wrongBody", last, **rest)
    rest.update(envelope=flip(body, 0))
    case("and the stanzas", "wrongStanzas", last, **rest)
    rest.update(envelope=b"")
    case("and the size", "wrongSize", last, **rest)
    rest.update(is_cosigned=False)
    case("and the cosignatures", "notCosigned", last, **rest)
    rest.update(leaf=bytes(32))
    case("and the leaf", "notIncluded", last, **rest)
    rest.update(status="revoked")
    case("and the signer's status", "signerRevoked", last, **rest)
    case("and the signature", "badSignature", last, entry=flip(last.entry, 8 * len(last.entry) - 1), **rest)
    rest.update(status="unknown")
    case("and the signer", "unknownSigner", last, **rest)
