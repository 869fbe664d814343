"""Cases for recipient-keys.json."""

import hashlib

import reference as ref

from .common import expect, fixed, flip

# What the test vectors of draft-connolly-cfrg-xwing-kem begin with.
DRAFT_SEED = hashlib.shake_128(b"").digest(32)
SEED, OTHER_SEED = fixed("recipient seed"), fixed("another recipient seed")
INFO = b"cordon stanza v1" + fixed("header hash")
LOW_ORDER = (
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    2**255 - 20,
)


def randomness(label):
    return fixed("encapsulation of " + label) + fixed("ephemeral key of " + label)


def recipient_keys():
    cases = []
    public, other = ref.recipient_public_key(SEED), ref.recipient_public_key(OTHER_SEED)

    for name, seed in (("the draft's first seed", DRAFT_SEED), ("a seed", SEED), ("zeros", bytes(32))):
        key = ref.recipient_public_key(seed)
        case = {"name": name, "outcome": "ok", "kind": "keyPair", "seed": seed.hex(), "publicKey": key.hex()}
        cases.append({**case, "id": ref.read_recipient_key(key).hex()})
    assert cases[0]["publicKey"].startswith("e2236b35a8c24b39b10aa1323a96a919")

    def key(name, data):
        id = expect(name, "ok" if name.startswith("X25519: the") else "badPublicKey", ref.read_recipient_key, data)
        case = {"name": name, "outcome": "ok" if id else "badPublicKey", "kind": "publicKey", "publicKey": data.hex()}
        cases.append({**case, "id": id.hex()} if id else case)

    key("no key", b"")
    key("a key with a byte too few", public[:-1])
    key("a key with a byte too many", public + b"\x00")
    key("the ML-KEM half alone", public[:1184])
    for index in (0, 1, 767):
        coefficients = int.from_bytes(public[:1152], "little")
        coefficients |= 0xFFF << 12 * index
        key("ML-KEM: coefficient %d not reduced" % index, coefficients.to_bytes(1152, "little") + public[1152:])
    coefficients = int.from_bytes(public[:1152], "little") >> 12 << 12 | 3329
    key("ML-KEM: a coefficient of 3329", coefficients.to_bytes(1152, "little") + public[1152:])
    for point in LOW_ORDER:
        key("X25519: a point of small order, %d" % point, public[:1184] + point.to_bytes(32, "little"))
    for point in (2**255 - 19, 2**255 - 18, 2**255 - 10, 2**255 - 1, 2**255 + 9, 2**256 - 1):
        key("X25519: %d, which is not reduced" % point, public[:1184] + point.to_bytes(32, "little"))
    key("X25519: the largest that is reduced, but one", public[:1184] + (2**255 - 21).to_bytes(32, "little"))
    key("X25519: the base point", public[:1184] + (9).to_bytes(32, "little"))

    def opening(name, expected, sealed, seed=SEED, info=INFO):
        plaintext = expect(name, expected, ref.hpke_open, seed, info, sealed)
        compare(name, seed, info, sealed, plaintext)
        case = {"name": name, "outcome": expected, "kind": "opening", "seed": seed.hex(), "info": info.hex()}
        case["sealed"] = sealed.hex()
        cases.append(case if plaintext is None else {**case, "plaintext": plaintext.hex()})

    content_key = fixed("content key")
    sealed = ref.hpke_seal(public, INFO, content_key, randomness("a content key"))
    opening("a content key", "ok", sealed)
    opening("nothing", "ok", ref.hpke_seal(public, b"", b"", randomness("nothing")), info=b"")
    opening("another key", "notAuthentic", sealed, OTHER_SEED)
    opening("another info", "notAuthentic", sealed, info=flip(INFO, 0))
    opening("no info", "notAuthentic", sealed, info=b"")
    opening("no bytes", "notAuthentic", b"")
    opening("an encapsulation alone", "notAuthentic", sealed[:1120])
    opening("a tag of 15 bytes", "notAuthentic", sealed[:1135])
    opening("the last byte cut off", "notAuthentic", sealed[:-1])
    opening("a byte too many", "notAuthentic", sealed + b"\x00")
    for part, byte in (("ML-KEM ciphertext", 0), ("X25519 share", 1088), ("ciphertext", 1120), ("tag", 1167)):
        opening("%s changed" % part, "notAuthentic", flip(sealed, 8 * byte))
    opening("the share's last bit, which X25519 ignores", "notAuthentic", flip(sealed, 8 * 1119 + 7))
    opening("a share of zero", "notAuthentic", sealed[:1088] + bytes(32) + sealed[1120:])
    foreign = ref.hpke_seal(other, INFO, content_key, randomness("a content key"))
    opening("the encapsulation to another key", "notAuthentic", foreign[:1120] + sealed[1120:])
    return cases


def compare(name, seed, info, sealed, expected):
    """The package's own implementation, where it is new enough to have one, has to agree."""
    try:
        from cryptography.hazmat.primitives import hpke
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    except ImportError:
        return
    from cryptography.exceptions import InvalidTag

    mlkem_seed, x25519 = ref.expand_seed(seed)
    key = hpke.MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(mlkem_seed), x25519)
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    try:
        got = suite.decrypt(sealed, key, info=info)
    except (InvalidTag, ValueError):
        got = None
    assert got == expected, name
