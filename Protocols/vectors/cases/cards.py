"""Cases for cards.json, short-forms.json and keys-statements.json."""

import reference as ref
from reference import b64

from .common import Key, expect, fixed, flip, note, weak_keys
from .statements import LA, VN, maker, spoil

VN_KEYS = {role: Key("vn.customs/" + role, 4 if role == "witness" else 1) for role in ref.KEY_ROLES}
SECOND = {role: Key("vn.customs/" + role, 4 if role == "witness" else 1, "second " + role) for role in ref.KEY_ROLES}
PIN = fixed("TLS key").hex()
CARD = """cordon card v1
country: VN
authority: General Department of Vietnam Customs
prefix: vn.customs
revision: 1
issued: 2026-03-01T08:30:00Z
identity: %s
release: %s
exchange: %s
journal: %s
witness: %s
node: node.vn.example:8443
tls: %s
""" % (VN.vkey, *(VN_KEYS[role].vkey for role in ("release", "exchange", "journal", "witness")), PIN)


def cards():
    cases = []

    def fields(card):
        vkeys = {role: card[role].text for role in ("identity", "release", "exchange", "journal", "witness")}
        identity = card["identity"]
        return {
            **{key: card[key] for key in ("country", "authority", "prefix", "revision", "issued", "nodes")},
            **vkeys,
            "pins": [pin.hex() for pin in card["pins"]],
            "fingerprint": ref.fingerprint(card["prefix"], identity.key),
            "shortForm": ref.short_form(card["prefix"], identity.key),
        }

    case = maker(cases, ref.read_card, fields)

    def changed(old, new, text=CARD):
        assert old in text, old
        return text.replace(old, new, 1)

    case("a card", "ok", CARD, VN)
    node, pin = "node: node.vn.example:8443\n", "tls: %s\n" % PIN
    case("no node, no pin", "ok", changed(node + pin, ""), VN)
    case("no node", "ok", changed(node, ""), VN)
    many = "".join("node: n%d.example:%d\n" % (i, i + 1) for i in range(8))
    pins = "".join("tls: %s\n" % fixed("pin %d" % i).hex() for i in range(4))
    case("eight nodes and four pins", "ok", changed(node + pin, many + pins), VN)
    case("nodes by address", "ok", changed(node, "node: [2001:db8::1]:443\nnode: 192.0.2.1:65535\n"), VN)
    case("a name beyond ASCII", "ok", changed("Vietnam Customs", "H\u1ea3i quan Vi\u1ec7t Nam"), VN)
    case("a name with zero-width spaces", "ok", changed("Vietnam Customs", "\u1782\u200b\u1799\u200c\u178f\u200d"), VN)
    case("a name of 200 bytes", "ok", changed("General Department of Vietnam Customs", "x" * 200), VN)
    case("a user-assigned country", "ok", changed("country: VN", "country: XK"), VN)
    case("the last second of 9999", "ok", changed("2026-03-01T08:30:00Z", "9999-12-31T23:59:59Z"), VN)
    spoil(case, CARD, [VN])
    for line, old, new in [
        (2, "country: VN", "country: vn"),
        (2, "country: VN", "country: QQ"),
        (3, "General Department of Vietnam Customs", "x" * 201),
        (4, "prefix: vn.customs", "prefix: vn.customs/"),
        (4, "prefix: vn.customs", "prefix: Vn.customs"),
        (4, "prefix: vn.customs", "prefix: .customs"),
        (4, "prefix: vn.customs", "prefix: v\u0144.customs"),
        (5, "revision: 1", "revision: 0"),
        (5, "revision: 1", "revision: 01"),
        (5, "revision: 1", "revision: 4294967297"),
        (5, "revision: 1", "revision: \u0661"),
        (6, "2026-03-01T08:30:00Z", "2026-02-29T08:30:00Z"),
        (6, "2026-03-01T08:30:00Z", "2026-03-01T24:00:00Z"),
        (6, "2026-03-01T08:30:00Z", "2026-03-01T08:30:00+00:00"),
        (6, "2026-03-01T08:30:00Z", "1969-12-31T23:59:59Z"),
        (7, VN.vkey, Key("vn.customs/identity", 4).vkey),
        (7, VN.vkey, LA.vkey),
        (8, VN_KEYS["release"].vkey, VN_KEYS["release"].vkey[:-1]),
        (11, VN_KEYS["witness"].vkey, Key("vn.customs/witness").vkey),
        (12, "node.vn.example:8443", "node.vn.example:0"),
        (12, "node.vn.example:8443", "node.vn.example:65536"),
        (12, "node.vn.example:8443", "NODE.vn.example:8443"),
        (12, "node.vn.example:8443", "https://node.vn.example:8443"),
        (12, "node.vn.example:8443", "node.vn.example."),
        (12, "node.vn.example:8443", "[2001:db8::1:8443"),
        (13, PIN, PIN.upper()),
        (13, PIN, PIN[:-2]),
    ]:
        case("%s for %s" % (new, old), "badValue", changed(old, new), VN, line=line)
    for name, key in weak_keys():
        text = changed(VN_KEYS["release"].vkey, ref.encode_vkey("vn.customs/release", 1, key))
        case("a release key that is " + name, "badValue", text, VN, line=8)
    case("a node twice", "badValue", changed(node, node + node), VN, line=13)
    case("a pin twice", "badValue", changed(pin, pin + pin), VN, line=14)
    case("nine nodes", "badValue", changed(node, many + node), VN, line=20)
    case("a node without a pin", "badValue", changed(pin, ""), VN)
    shared = ref.encode_vkey("vn.customs/journal", 1, VN_KEYS["exchange"].public)
    case("one key for two logs", "badValue", changed(VN_KEYS["journal"].vkey, shared), VN)
    case("nobody has signed", "malformedNote", (CARD + "\n").encode())
    case("signed by another", "missingSignature", CARD, LA)
    case("signed with the release key", "missingSignature", CARD, VN_KEYS["release"])
    case("signed by another too", "strangeSignature", CARD, VN, LA)
    case("signed twice", "strangeSignature", CARD, VN, VN)
    bad = ref.signature_line(VN.name, VN.id, flip(ref.sign(VN.seed, CARD.encode()), 0))
    case("a bad signature", "badSignature", note(CARD, bad))
    case("signed as another text", "badSignature", note(CARD, VN.sign(CARD + "\n")))
    case("too long", "malformedNote", CARD.encode() + b"x" * (16 << 10))
    return cases


def short_forms():
    cases = []

    def case(name, expected, text):
        value = expect(name, expected, ref.read_short_form, text)
        case = {"name": name, "outcome": expected, "text": text}
        if value:
            number = "%060d" % (int.from_bytes(value[1], "big") % 10**60)
            digits = " ".join(number[i : i + 5] for i in range(0, 60, 5))
            case.update(prefix=value[0], digest=value[1].hex(), digits=digits)
        cases.append(case)

    good = ref.short_form("vn.customs", VN.public)
    case("vn.customs", "ok", good)
    for name in ["a", "la.customs", "customs.gov.example/port-1", "x" * 200]:
        case("a prefix of %d bytes" % len(name), "ok", ref.short_form(name, fixed(name)))

    def form(digest, name):
        return "CORDON1:" + ref.base32(digest + name + ref.short_form_check(digest + name))

    case("a digest of zeros", "ok", form(bytes(32), b"vn.customs"))
    case("a digest of ones", "ok", form(b"\xff" * 32, b"vn.customs"))
    for name, text in [
        ("nothing", ""),
        ("the start alone", "CORDON1:"),
        ("another version", good.replace("1:", "2:", 1)),
        ("small letters", good.lower()),
        ("a hyphen", good[:20] + "-" + good[20:]),
        ("a symbol less", good[:-1]),
        ("a symbol more", good + "0"),
        ("bits left over", good[:-1] + ref.ALPHABET[ref.ALPHABET.index(good[-1]) | 1]),
        ("a newline", good + "\n"),
        ("no prefix", form(bytes(32), b"")),
        ("a prefix in capitals", form(bytes(32), b"VN.customs")),
        ("a prefix beyond ASCII", form(bytes(32), "\u00e9.customs".encode())),
        ("a prefix of 201 bytes", form(bytes(32), b"x" * 201)),
        ("a check of another digest", form(bytes(32), b"vn.customs")[:-8] + good[-8:]),
    ]:
        assert name != "bits left over" or text != good
        case(name, "malformedShortForm", text)
    for index in range(8, len(good), 7):
        other = ref.ALPHABET[(ref.ALPHABET.index(good[index]) + 1) % 32]
        case("symbol %d changed" % index, "malformedShortForm", good[:index] + other + good[index + 1 :])
    return cases


def epoch_line(number, start, stop, label=None):
    key = b"".join(fixed("epoch %s %d" % (label or number, i)) for i in range(38))
    return "epoch: %d %s %s %s\n" % (number, start, stop, b64(key))


def id_of(use, key):
    return ref.statement_key_id(use, key.public).hex()


def keys_statements():
    cases = []

    def fields(value):
        def end(line):
            return {"use": line[0], "at": line[1], "id": line[2].hex()}

        return {
            **{key: value[key] for key in ("prefix", "number", "issued")},
            "begins": [
                {"use": use, "from": at, "vkey": key.text, "id": ref.statement_key_id(use, key.key).hex()}
                for use, at, key in value["begin"]
            ],
            "ends": [end(line) for line in value["end"]],
            "epochs": [
                {"number": n, "from": a, "until": b, "id": ref.statement_key_id("epoch", key).hex()}
                for n, a, b, key in value["epoch"]
            ],
            "revocations": [end(line) for line in value["revoke"]],
            "journal": [{"size": size, "root": root.hex()} for size, root in value["journal"]],
        }

    make = maker(cases, ref.read_keys_statement, fields)

    def case(name, expected, text, *signers, identity=VN.vkey, **rest):
        make(name, expected, text, *signers, identity=identity, **rest)

    def week(number, label=None):
        return epoch_line(number, "2026-03-08T00:00:00Z", "2026-03-15T00:00:00Z", label)

    head = "cordon keys v1\nprefix: vn.customs\nnumber: 2\nissued: 2026-03-01T08:30:00Z\n"
    at = "2026-03-08T00:00:00Z"
    begin = "begin: release %s %s\n" % (at, SECOND["release"].vkey)
    witness = "begin: witness %s %s\n" % (at, SECOND["witness"].vkey)
    end = "end: release 2026-03-15T00:00:00Z %s\n" % id_of("release", VN_KEYS["release"])
    end2 = "end: witness 2026-03-15T00:00:00Z %s\n" % id_of("witness", VN_KEYS["witness"])
    epoch = epoch_line(7, at, "2026-03-15T00:00:00Z") + epoch_line(8, "2026-03-15T00:00:00Z", "2026-03-22T00:00:00Z")
    revoke = "revoke: epoch 2026-02-27T00:00:00Z %s\n" % fixed("some epoch").hex()
    journal = "journal: 1204 %s\n" % fixed("root of a journal").hex()
    case("everything", "ok", head + begin + witness + end + end2 + epoch + revoke + journal, VN)
    full = head + begin + witness + end + end2 + revoke
    case("all but epochs", "ok", full, VN)
    for name, lines in [
        ("a beginning", begin),
        ("an end", end),
        ("epochs", epoch),
        ("a revocation", revoke),
        ("a journal put back", journal),
    ]:
        case(name + " alone", "ok", head + lines, VN)
    first = head.replace("number: 2", "number: 1") + "".join(
        "begin: %s 2026-03-01T00:00:00Z %s\n" % (use, VN_KEYS[use].vkey) for use in ref.KEY_USES[:4]
    )
    case("the first statement", "ok", first, VN)
    case("an epoch of 31 days", "ok", head + epoch_line(0, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"), VN)
    case("the last epoch number", "ok", head + epoch_line(2**32 - 1, at, "2026-03-09T00:00:00Z"), VN)
    eight = "".join(epoch_line(n, at, "2026-03-09T00:00:00Z") for n in range(8))
    case("eight epochs", "ok", head + eight, VN)
    revoked = "".join("revoke: journal %s %s\n" % (at, fixed("old %d" % n).hex()) for n in range(64))
    case("64 revocations", "ok", head + revoked, VN)
    spoil(case, full, [VN])
    for what, line in [
        ("a space more", week(7).replace("epoch: 7 ", "epoch: 7  ")),
        ("a space at its end", week(7).replace("\n", " \n")),
        ("a field more", week(7).replace("\n", " x\n")),
        ("a field less", "epoch: 7 2026-03-08T00:00:00Z 2026-03-15T00:00:00Z\n"),
        ("a number with a zero in front", week(7).replace("epoch: 7", "epoch: 07")),
    ]:
        case("an epoch with " + what, "badValue", head + line, VN, line=5)
    case("an epoch before an end", "malformedStatement", head + week(7) + end, VN, line=6)
    for line, name, text in [
        (4, "it says nothing", head),
        (3, "number 0", full.replace("number: 2", "number: 0")),
        (5, "a beginning of an epoch key", full.replace("begin: release", "begin: epoch")),
        (5, "a beginning of a key for TLS", full.replace("begin: release", "begin: tls")),
        (5, "a vkey of another use", full.replace("begin: release", "begin: journal")),
        (5, "a vkey of another authority", full.replace(SECOND["release"].vkey, Key("la.customs/release").vkey)),
        (6, "a witness key of type 1", full.replace(SECOND["witness"].vkey, Key("vn.customs/witness").vkey)),
        (6, "a key that begins twice", head + begin + begin),
        (7, "an end of an epoch key", full.replace("end: release", "end: epoch")),
        (6, "a key that ends twice", head + end + end.replace("15T", "16T")),
        (5, "two spaces", full.replace("begin: release ", "begin: release  ")),
        (5, "a time without a zone", full.replace(at, at[:-1], 1)),
        (6, "an epoch number again", head + week(7) + week(7, "x")),
        (6, "an epoch number below the last", head + week(7) + week(6)),
        (6, "one key for two epochs", head + week(7, "x") + week(8, "x")),
        (5, "an epoch that ends as it begins", head + epoch_line(7, at, at)),
        (5, "an epoch of 31 days and a second", head + epoch_line(0, "2026-03-01T00:00:00Z", "2026-04-01T00:00:01Z")),
        (5, "an epoch number of 33 bits", head + epoch_line(2**32, at, "2026-03-09T00:00:00Z")),
        (5, "an epoch key of 1215 bytes", head + "epoch: 7 %s 2026-03-09T00:00:00Z %s\n" % (at, b64(bytes(1215)))),
        (5, "base 64 without padding", head + epoch_line(7, at, "2026-03-09T00:00:00Z").replace("=", "")),
        (13, "nine epochs", head + eight + epoch_line(9, at, "2026-03-09T00:00:00Z")),
        (6, "revoked twice", head + revoke + revoke),
        (69, "65 revocations", head + revoked + revoke),
        (6, "a journal put back twice", head + journal + journal),
        (5, "a journal's size with a zero in front", head + journal.replace("1204", "01204")),
        (5, "a journal of more than 2^62 records", head + journal.replace("1204", str((1 << 62) + 1))),
        (5, "a journal's root of 31 bytes", head + journal.replace("\n", "", 1)[:-2] + "\n"),
        (5, "a journal without a root", head + "journal: 1204\n"),
    ]:
        case(name, "badValue", text, VN, line=line)
    case("revoked before it ends", "malformedStatement", head + revoke + end, VN, line=6)
    case("a journal put back before a revocation", "malformedStatement", head + journal + revoke, VN, line=6)
    case("another authority's", "wrongSubject", full, VN, identity=LA.vkey)
    case("signed by another", "missingSignature", full, LA)
    case("signed with another key of the name", "missingSignature", full, Key(VN.name, label="other"))
    case("signed twice", "strangeSignature", full, VN, VN)
    case("a bad signature", "badSignature", note(full, VN.sign(full + "\n")))
    case("49,153 bytes", "malformedNote", full.encode() + b"x" * (49_153 - len(full)))
    return cases
