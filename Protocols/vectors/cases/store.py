"""Cases for sealed-key.json, keyring.json, file-cipher.json and watermark.json."""

import hashlib
import struct

import reference as ref

from .common import ANN, LEAVES, expect, fixed, flip

NODE, OTHER_NODE = fixed("node", 16), fixed("another node", 16)
MASTER = {id: fixed("master key %d" % id) for id in (1, 2, 3)}
MADE = 1_700_000_000_123


def sealed_keys():
    cases = []

    def case(name, expected, data, role="log", slot=1, node=NODE, master=1, **values):
        wrapping = ref.subkey(MASTER[master], "cordon key file v1")
        seed = expect(name, expected, ref.open_sealed_key, data, ref.ROLES[role], slot, node, wrapping)
        case = {
            "name": name,
            "outcome": expected,
            "file": data.hex(),
            "role": role,
            "slot": slot,
            "nodeID": node.hex(),
            "masterKey": MASTER[master].hex(),
            "wrappingKey": wrapping.hex(),
        }
        if seed:
            case.update(
                seed=seed.hex(),
                publicKey=data[38:70].hex(),
                masterKeyID=int.from_bytes(data[26:30], "big"),
                createdMilliseconds=int.from_bytes(data[30:38], "big"),
            )
        cases.append(case)

    def made(role="log", slot=1, node=NODE, master=1, created=MADE, key=None, seed=None):
        seed = fixed("%s %d" % (role, slot)) if seed is None else seed
        return ref.encode_sealed_key(
            ref.ROLES[role],
            slot,
            node,
            master,
            created,
            ref.public_key(seed) if key is None else key,
            seed,
            ref.subkey(MASTER[master], "cordon key file v1"),
            fixed("nonce of %s %d" % (role, slot), 24),
        )

    for role, slot in [("identity", 0), ("release", 0), ("log", 1), ("log", 2), ("witness", 0), ("tls", 0)]:
        case("%s key, slot %d" % (role, slot), "ok", made(role, slot), role, slot)
    case("under master key 3", "ok", made(master=3), master=3)
    case("made at time 0", "ok", made(created=0))
    good = made()
    case("nothing", "badKeyFile", b"")
    case("a byte too few", "badKeyFile", good[:-1])
    case("a byte too many", "badKeyFile", good + b"\x00")
    case("another magic", "badKeyFile", b"CORDONK2" + good[8:])
    case("asked for as a witness key", "wrongKeyFile", good, role="witness")
    case("asked for as the key of the other log", "wrongKeyFile", good, slot=2)
    case("asked for by another node", "wrongKeyFile", good, node=OTHER_NODE)
    case("role changed", "wrongKeyFile", flip(good, 8 * 8))
    case("another master key", "notAuthentic", good, master=2)
    for field, byte in [
        ("master key id", 29),
        ("time", 37),
        ("public key", 38),
        ("nonce", 70),
        ("ciphertext", 94),
        ("tag", 141),
    ]:
        case("%s changed" % field, "notAuthentic", flip(good, 8 * byte))
    case("role changed, and asked for as such", "notAuthentic", good[:8] + b"\x04" + good[9:], role="witness")
    case("slot changed, and asked for as such", "notAuthentic", good[:9] + b"\x02" + good[10:], slot=2)
    case("node id changed, and asked for as such", "notAuthentic", good[:10] + OTHER_NODE + good[26:], node=OTHER_NODE)
    case("sealed with the public key of another pair", "wrongKeyFile", made(key=ANN.public))
    return cases


KEY_FILE, PASSPHRASE = fixed("key file"), "correct horse \u2014 battery staple"
PASSES, MEMORY, SALT = 1, 8192, fixed("salt", 16)


def keyrings():
    cases = []
    one = [(1, MADE, MASTER[1])]
    three = [(id, MADE + id, MASTER[id]) for id in (1, 2, 3)]

    def by_file(keys=one, node=NODE, key=KEY_FILE, **changes):
        plaintext = changes.pop("plaintext", ref.keyring_plaintext(keys))
        return ref.encode_keyring(
            node, changes.pop("method", ref.KEY_FILE_METHOD), plaintext, key, fixed("nonce", 24), **changes
        )

    def by_passphrase(keys=one, node=NODE, passes=PASSES, memory=MEMORY):
        derived = ref.argon2id(PASSPHRASE.encode(), PASSES, MEMORY, SALT)
        return by_file(keys, node, derived, method=ref.passphrase_method(passes, memory, SALT))

    def case(name, expected, data, passphrase=None, key_file=None, node=NODE):
        method, secret = (
            ("passphrase", passphrase.encode()) if passphrase is not None else ("keyFile", key_file or KEY_FILE)
        )
        keys = expect(name, expected, ref.open_keyring, data, node, method, secret)
        case = {"name": name, "outcome": expected, "file": data.hex(), "nodeID": node.hex(), "unlock": method}
        case["passphrase" if method == "passphrase" else "keyFile"] = (
            passphrase if method == "passphrase" else secret.hex()
        )
        if keys:
            case["keys"] = [{"id": id, "createdMilliseconds": created, "key": key.hex()} for id, created, key in keys]
        cases.append(case)

    def resummed(body):
        return body + hashlib.sha256(body).digest()

    case("locked with a key file, one master key", "ok", by_file())
    case("locked with a key file, three master keys", "ok", by_file(three))
    case("locked with a key file, 64 master keys", "ok", by_file([(i, i, fixed("m%d" % i)) for i in range(1, 65)]))
    case("locked with a passphrase, one master key", "ok", by_passphrase(), PASSPHRASE)
    case("locked with a passphrase, three master keys", "ok", by_passphrase(three), PASSPHRASE)
    file, passphrase = by_file(), by_passphrase()
    case("another passphrase", "wrongPassphrase", passphrase, "correct horse")
    case("the passphrase with a newline", "wrongPassphrase", passphrase, PASSPHRASE + "\n")
    case("another key file", "wrongPassphrase", file, key_file=fixed("another key file"))
    case("a key file for a passphrase", "wrongUnlockMethod", passphrase)
    case("a passphrase for a key file", "wrongUnlockMethod", file, PASSPHRASE)
    case("another node's", "keyringOfAnotherNode", by_file(node=OTHER_NODE))
    case("another node's, and the wrong method", "keyringOfAnotherNode", by_file(node=OTHER_NODE), PASSPHRASE)
    case("another node's, and the wrong passphrase", "keyringOfAnotherNode", by_passphrase(node=OTHER_NODE), "wrong")
    for name, data in [
        ("nothing", b""),
        ("the magic alone", b"CORDONR1"),
        ("84 bytes", resummed(file[:52])),
        ("a byte too few", file[:-1]),
        ("a byte too many", file + b"\x00"),
        ("another magic", resummed(b"CORDONR2" + file[8:-32])),
        ("a bit of the node id changed", flip(file, 8 * 8)),
        ("a bit of the method changed", flip(file, 8 * 24)),
        ("a bit of the length changed", flip(file, 8 * 52)),
        ("a bit of the sealed part changed", flip(file, 8 * 60)),
        ("a bit of the checksum changed", flip(file, 8 * len(file) - 1)),
        ("a length that does not fit, with a good checksum", by_file(sealed_length=87)),
        ("method 0, with a good checksum", by_file(method=bytes(25))),
        ("method 3, with a good checksum", by_file(method=b"\x03" + bytes(24))),
        ("no master key, properly sealed", by_file(plaintext=bytes(4))),
        ("nothing sealed", by_file(plaintext=b"")),
        ("65 master keys, properly sealed", by_file([(i, i, MASTER[1]) for i in range(1, 66)])),
        ("master key 0, properly sealed", by_file([(0, 1, MASTER[1])])),
        ("the last number for a master key, properly sealed", by_file([(2**32 - 1, 1, MASTER[1])])),
        ("the same id twice, properly sealed", by_file([(1, 1, MASTER[1]), (1, 2, MASTER[2])])),
        ("ids that go down, properly sealed", by_file([(2, 1, MASTER[1]), (1, 2, MASTER[2])])),
        ("a count over the keys, properly sealed", by_file(plaintext=b"\0\0\0\2" + ref.keyring_plaintext(one)[4:])),
        ("bytes behind the keys, properly sealed", by_file(plaintext=ref.keyring_plaintext(one) + b"\0")),
    ]:
        case("damaged: " + name, "keyringDamaged", data)
    case("sealed part changed, with a good checksum", "wrongPassphrase", resummed(flip(file, 8 * 60)[:-32]))
    case("salt changed, with a good checksum", "wrongPassphrase", resummed(flip(passphrase, 8 * 33)[:-32]), PASSPHRASE)
    case(
        "method changed to key file, with a good checksum",
        "keyringDamaged",
        resummed(passphrase[:24] + b"\x02" + passphrase[25:-32]),
    )
    case(
        "sealed part shorter than a nonce and a tag",
        "wrongPassphrase",
        resummed(file[:49] + struct.pack(">L", 39) + bytes(39)),
    )
    for name, passes, memory in [
        ("no passes", 0, MEMORY),
        ("33 passes", 33, MEMORY),
        ("7 KiB of memory", 1, 7),
        ("more than 2 GiB of memory", 1, (2 << 20) + 1),
        ("4 TiB of memory", 1, (1 << 32) - 1),
    ]:
        case(
            "Argon2id parameters out of bounds: " + name,
            "keyringDamaged",
            by_passphrase(passes=passes, memory=memory),
            PASSPHRASE,
        )
    return cases


def file_ciphers():
    cases, plaintext = [], b"The quick brown fox jumps over the lazy dog 0123456789"

    def case(what, master_key_id, salt, offset, plaintext):
        master_key = MASTER[master_key_id]
        derived = ref.file_key(master_key, salt)
        prefix = ref.file_prefix(master_key_id, master_key, salt)
        assert prefix[60:] == bytes(4036)
        cases.append(
            {
                "name": "%s: %d bytes at offset %d" % (what, len(plaintext), offset),
                "outcome": "ok",
                "masterKeyID": master_key_id,
                "masterKey": master_key.hex(),
                "salt": salt.hex(),
                "derived": derived.hex(),
                "fileKey": derived[:32].hex(),
                "check": derived[32:].hex(),
                "prefix": prefix[:60].hex(),
                "offset": offset,
                "plaintext": plaintext.hex(),
                "ciphertext": ref.file_cipher(master_key, salt, offset, plaintext).hex(),
            }
        )

    salt = fixed("file salt")
    # 2^36 - 8: in the midst of these bytes the number of the block passes 2^32.
    for offset in [0, 1, 15, 16, 17, 4095, 4096, 4097, 65_536, 1 << 32, (1 << 36) - 8, 1 << 40]:
        case("text", 1, salt, offset, plaintext)
    case("another salt", 1, fixed("another file salt"), 4096, plaintext)
    case("another master key", 2, salt, 4096, plaintext)
    case("a whole CURRENT file", 1, salt, 4096, b"MANIFEST-000005\n")
    case("zeros", 1, salt, 4096, bytes(64))
    case("the last byte of a block", 1, salt, 4111, b"\x00")
    return cases


def watermarks():
    cases, roots = [], {size: ref.tree_hash(LEAVES[:size]) for size in (0, 1, 300)}
    logs = {"exchange": 1, "journal": 2}

    def case(name, expected, slot, log, id=1):
        master = MASTER[id]
        value = ref.read_watermark_slot(slot, logs[log], {id: master})
        assert (expected == "ok") == (value is not None), name
        case = {
            "name": name,
            "outcome": expected,
            "slot": slot.hex(),
            "log": log,
            "logID": logs[log],
            "masterKeyID": id,
            "masterKey": master.hex(),
            "subkey": ref.subkey(master, "cordon watermark v1").hex(),
        }
        if value:
            case.update(size=value[0], root=value[1].hex())
        cases.append(case)

    for log in logs:
        for size in (0, 1, 300):
            case(
                "%s log at size %d" % (log, size),
                "ok",
                ref.watermark_slot(MASTER[1], 1, logs[log], size, roots[size]),
                log,
            )
    case("under master key 2", "ok", ref.watermark_slot(MASTER[2], 2, 1, 300, roots[300]), "exchange", 2)
    case("the largest size", "ok", ref.watermark_slot(MASTER[1], 1, 1, (1 << 63) - 1, roots[1]), "exchange")
    good = ref.watermark_slot(MASTER[1], 1, 1, 300, roots[300])
    case("never written", "absent", bytes(76), "exchange")
    case("cut", "absent", good[:75], "exchange")
    case("the slot of the other log", "absent", good, "journal")
    case("under a master key that the keyring does not hold", "absent", good, "exchange", 2)
    for field, byte in [("master key id", 3), ("size", 11), ("root", 12), ("tag", 75)]:
        case("%s changed" % field, "absent", flip(good, 8 * byte), "exchange")
    return cases
