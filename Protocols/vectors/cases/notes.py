"""Cases for notes.json and vkeys.json."""

import reference as ref
from reference import VKey, b64

from .common import ANN, BEN, STRANGER, ZOLL, Key, expect, fixed, flip, note, weak_keys

TEXT = "One container, two seals,\nthree signatures.\n"
FILLER = "AAAAAAA="  # key id 0 and a signature of one byte


def notes():
    cases = []

    def case(name, expected, data, vkeys=(ANN,)):
        logs = [VKey(key.vkey).require(1) for key in vkeys]
        value = expect(name, expected, ref.verify_note, data, logs, [])
        case = {"name": name, "outcome": expected, "note": b64(data), "vkeys": [log.text for log in logs]}
        if value:
            case["text"] = value[0]
            case["signedBy"] = [log.name for log in value[1]]
            case["signatureCount"] = len(ref.parse_note(data)[1])
        cases.append(case)

    line = ANN.sign(TEXT)
    good_notes(case, line)
    malformed_notes(case, line)
    for bit in [0, 255, 256, 511]:
        identifier, signature = ANN.id, ref.sign(ANN.seed, TEXT.encode())
        case(
            "bit %d of the signature changed" % bit,
            "badSignature",
            note(TEXT, ref.signature_line(ANN.name, identifier, flip(signature, bit))),
        )
    case("text changed", "badSignature", note(TEXT.replace("two", "ten"), line))
    case("text with a line more", "badSignature", note(TEXT + "more\n", line))
    case("signed without the final newline", "badSignature", note(TEXT, ANN.sign(TEXT[:-1])))
    case("signed with the empty line", "badSignature", note(TEXT, ANN.sign(TEXT + "\n")))
    for length in [1, 63, 65]:
        case(
            "signature of %d bytes" % length,
            "badSignature",
            note(TEXT, ref.signature_line(ANN.name, ANN.id, (signature + b"\x00")[:length])),
        )
    s = int.from_bytes(signature[32:], "little") + ref.L
    case(
        "S not reduced",
        "badSignature",
        note(TEXT, ref.signature_line(ANN.name, ANN.id, signature[:32] + s.to_bytes(32, "little"))),
    )
    forged = ref.signature_line(ANN.name, ANN.id, bytes(64))
    case("a good and a bad signature of one key", "badSignature", note(TEXT, line, forged))
    case("a bad and a good signature of one key", "badSignature", note(TEXT, forged, line))
    case(
        "a good signature of one key, a bad one of another",
        "badSignature",
        note(TEXT, BEN.sign(TEXT), forged),
        (ANN, BEN),
    )
    case("a bad signature of a key that is not known", "ok", note(TEXT, BEN.sign(TEXT), forged), (BEN,))
    case("signed by a stranger only", "noKnownSignature", note(TEXT, STRANGER.sign(TEXT)))
    case("no key known", "noKnownSignature", note(TEXT, line), ())
    case("the known name with another key", "noKnownSignature", note(TEXT, Key(ANN.name, label="other").sign(TEXT)))
    case(
        "the known key id under another name",
        "noKnownSignature",
        note(TEXT, ref.signature_line("other.example/log", ANN.id, ref.sign(ANN.seed, TEXT.encode()))),
    )
    case(
        "the known name in another spelling (NFD)",
        "noKnownSignature",
        note(TEXT, ref.signature_line("zoll.example/bu\u0308cher", ZOLL.id, ref.sign(ZOLL.seed, TEXT.encode()))),
        (ZOLL,),
    )
    return cases


def good_notes(case, line):
    case("one signature", "ok", note(TEXT, line))
    case("two known signatures", "ok", note(TEXT, line, BEN.sign(TEXT)), (ANN, BEN))
    case("two signatures, one known", "ok", note(TEXT, line, BEN.sign(TEXT)), (BEN,))
    case("strangers before and after", "ok", note(TEXT, STRANGER.sign(TEXT), line, BEN.sign(TEXT)))
    case("a stranger with the known name", "ok", note(TEXT, Key(ANN.name, label="other").sign(TEXT), line))
    case(
        "a stranger with the known key id",
        "ok",
        note(TEXT, ref.signature_line("other.example/log", ANN.id, bytes(64)), line),
    )
    case("the same line twice", "ok", note(TEXT, line, line))
    case("a stranger with a signature of one byte", "ok", note(TEXT, "\u2014 odd %s\n" % FILLER, line))
    case(
        "a stranger with a signature of 2420 bytes",
        "ok",
        note(TEXT, ref.signature_line("pq.example/log", b"\x06\x06\x06\x06", bytes(2420)), line),
    )
    for count in [15, 99]:
        case(
            "%d strangers" % count, "ok", note(TEXT, *["\u2014 odd/%d %s\n" % (i, FILLER) for i in range(count)], line)
        )
    case("empty lines in the text", "ok", note("\n\na\n\n\nb\n\n", ANN.sign("\n\na\n\n\nb\n\n")))
    case("text of one newline", "ok", note("\n", ANN.sign("\n")))
    case("text that looks like a signature", "ok", note(line, ANN.sign(line)))
    case("text that is a note", "ok", note(note(TEXT, line).decode(), ANN.sign(note(TEXT, line).decode())))
    odd = "DEL \x7f, LINE SEPARATOR \u2028, \U0001f4e6\n"
    case("text with DEL and beyond ASCII", "ok", note(odd, ANN.sign(odd)))
    case("a key name beyond ASCII", "ok", note(TEXT, ZOLL.sign(TEXT)), (ZOLL,))
    # Names are code points, whatever those join to on a screen.
    case("a stranger whose name begins with a combining mark", "ok", note(TEXT, "\u2014 \u0301x %s\n" % FILLER, line))
    case("a stranger whose name ends with a prepended mark", "ok", note(TEXT, "\u2014 x\u0600 %s\n" % FILLER, line))


def malformed_notes(case, line):
    signature = line.split(" ")[2].strip()
    whole = note(TEXT, line)
    for name, data in [
        ("nothing", b""),
        ("a newline", b"\n"),
        ("two newlines", b"\n\n"),
        ("text alone", TEXT.encode()),
        ("no empty line", (TEXT + line).encode()),
        ("no signature", (TEXT + "\n").encode()),
        ("no text", ("\n" + line).encode()),
        ("no final newline", whole[:-1]),
        ("an empty line at the end", whole + b"\n"),
        ("text after the signature", whole + b"more\n"),
        ("CR LF", whole.replace(b"\n", b"\r\n")),
        ("a tab in the text", note("\t" + TEXT, line)),
        ("a NUL in the text", note("\0" + TEXT, line)),
        ("an escape character in a name", note(TEXT, "\u2014 ann\x1b %s\n" % FILLER)),
        ("not UTF-8: 0xFF", b"\xff" + whole),
        ("not UTF-8: an overlong slash", b"\xc0\xaf" + whole),
        ("not UTF-8: a surrogate", b"\xed\xa0\x80" + whole),
        ("not UTF-8: a cut em dash", whole.replace(b"\xe2\x80\x94", b"\xe2\x80")),
        ("a hyphen for the em dash", note(TEXT, line.replace("\u2014", "-"))),
        ("an en dash for the em dash", note(TEXT, line.replace("\u2014", "\u2013"))),
        ("no em dash", note(TEXT, line[2:])),
        ("no space after the em dash", note(TEXT, line.replace("\u2014 ", "\u2014"))),
        ("two spaces after the em dash", note(TEXT, line.replace("\u2014 ", "\u2014  "))),
        ("a space in front", note(TEXT, " " + line)),
        ("a space at the end", note(TEXT, line[:-1] + " \n")),
        ("no name", note(TEXT, "\u2014  %s\n" % signature)),
        ("no base 64", note(TEXT, "\u2014 ann.example/log\n")),
        ("nothing for base 64", note(TEXT, "\u2014 ann.example/log \n")),
        ("a plus sign in a name", note(TEXT, "\u2014 ann+ben %s\n" % FILLER)),
        ("a space in a name", note(TEXT, "\u2014 ann ben %s\n" % FILLER)),
        ("a no-break space in a name", note(TEXT, "\u2014 ann\u00a0ben %s\n" % FILLER)),
        ("an ideographic space in a name", note(TEXT, "\u2014 ann\u3000ben %s\n" % FILLER)),
        ("NEXT LINE in a name", note(TEXT, "\u2014 ann\u0085ben %s\n" % FILLER)),
        ("a character that is not base 64", note(TEXT, line.replace(signature, "*" + signature[1:]))),
        ("base 64 for URLs", note(TEXT, "\u2014 ann.example/log -_AAAAA=\n")),
        ("base 64 without padding", note(TEXT, line.replace("=", ""))),
        ("base 64 with too much padding", note(TEXT, line.replace("=", "=="))),
        ("base 64 with bits set behind its end", note(TEXT, "\u2014 ann.example/log AAAAAAB=\n")),
        ("a key id of three bytes", note(TEXT, "\u2014 ann.example/log AAAA\n")),
        ("a key id without a signature", note(TEXT, "\u2014 ann.example/log AAAAAA==\n")),
        ("a malformed line of a stranger", note(TEXT, line, "\u2014 stranger.example AAAAAAB=\n")),
        ("101 signatures", note(TEXT, *["\u2014 odd/%d %s\n" % (i, FILLER) for i in range(100)], line)),
    ]:
        case(name, "malformedNote", data)


def vkeys():
    cases = []

    def good(name, text, as_log="wrongKeyType", as_witness="wrongKeyType"):
        vkey = expect(name, "ok", VKey, text)
        expect(name, as_log, vkey.require, 1)
        expect(name, as_witness, vkey.require, 4)
        cases.append(
            {
                "name": name,
                "outcome": "ok",
                "vkey": text,
                "keyName": vkey.name,
                "keyID": vkey.key_id.hex(),
                "type": vkey.kind,
                "publicKey": vkey.key.hex(),
                "asLog": as_log,
                "asWitness": as_witness,
            }
        )

    def bad(name, text):
        expect(name, "malformedVerifierKey", VKey, text)
        cases.append({"name": name, "outcome": "malformedVerifierKey", "vkey": text})

    good("type 1", ANN.vkey, as_log="ok")
    good("type 4", Key("witness.example/w1", 4).vkey, as_witness="ok")
    good("a name beyond ASCII", ZOLL.vkey, as_log="ok")
    plus = next(
        key for key in (Key("plus.example/log", label="plus %d" % i) for i in range(1000)) if key.vkey.count("+") > 3
    )
    good("plus signs in the base 64", plus.vkey, as_log="ok")
    good(
        "type 2 (ECDSA), whose key id is made in another way", "ecdsa.example/log+01020304+" + b64(b"\x02" + bytes(91))
    )
    good("type 5 (RFC 6962)", "ct.example/log+aabbccdd+" + b64(b"\x05" + bytes(32)))
    good("type 6 (ML-DSA-44)", ref.encode_vkey("pq.example/log", 6, fixed("ml-dsa") * 41))
    good("type 255", "new.example/log+00000000+" + b64(b"\xffexample.org/sign" + bytes(32)))
    good("a name that ends with a prepended mark", Key("x\u0600").vkey, as_log="ok")
    for name, key in weak_keys():
        good("type 1, " + name, ref.encode_vkey("weak.example/log", 1, key), as_log="malformedVerifierKey")
        good("type 4, " + name, ref.encode_vkey("weak.example/w", 4, key), as_witness="malformedVerifierKey")
    name, identifier, key = ANN.vkey.split("+", 2)
    for what, text in [
        ("nothing", ""),
        ("a name alone", name),
        ("no key", name + "+" + identifier),
        ("an empty key", name + "+" + identifier + "+"),
        ("no name", "+%s+%s" % (identifier, key)),
        ("a space in front", " " + ANN.vkey),
        ("a newline behind", ANN.vkey + "\n"),
        ("a space in the name", "ann example+%s+%s" % (identifier, key)),
        ("a no-break space in the name", "ann\u00a0example+%s+%s" % (identifier, key)),
        ("a control character in the name", "ann\x01+%s+%s" % (identifier, key)),
        ("another name", "ann.example/lag+%s+%s" % (identifier, key)),
        ("another key id", "%s+%s+%s" % (name, "00000000", key)),
        ("a key id of seven digits", "%s+%s+%s" % (name, identifier[:7], key)),
        ("a key id of nine digits", "%s+0%s+%s" % (name, identifier, key)),
        ("a key id in upper case", "%s+%s+%s" % (name, identifier.upper(), key)),
        ("a key id that is not hexadecimal", "%s+%s+%s" % (name, "0x" + identifier[2:], key)),
        ("base 64 without padding", "odd.example+00000000+AgA"),
        ("base 64 with padding it does not need", ANN.vkey + "="),
        ("base 64 with bits set behind its end", "odd.example+00000000+AgB="),
        ("base 64 with a space", "odd.example+00000000+AgAA AAAA"),
        ("base 64 for URLs", "odd.example+00000000+Av-_"),
        ("type 1 without a key", ref.encode_vkey(name, 1, b"")),
        ("type 1 with 31 bytes", ref.encode_vkey(name, 1, ANN.public[:31])),
        ("type 1 with 33 bytes", ref.encode_vkey(name, 1, ANN.public + b"\x00")),
        ("type 4 with 31 bytes", ref.encode_vkey(name, 4, ANN.public[:31])),
        ("type 4 with the key id of type 1", "%s+%s+%s" % (name, identifier, b64(b"\x04" + ANN.public))),
        ("a signer's key", "PRIVATE+KEY+%s+%s+%s" % (name, identifier, key)),
    ]:
        bad(what, text)
    return cases
