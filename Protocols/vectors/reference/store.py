"""Files of a node: sealed keys (keys.md), keyring, encrypted files, watermark (storage.md)."""

import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .ed25519 import public_key
from .refusal import Refusal
from .sealing import argon2id, hkdf, seal, subkey, unseal

ROLES = {"identity": 1, "release": 2, "log": 3, "witness": 4, "tls": 5}


def encode_sealed_key(role, slot, node_id, master_key_id, created, key, seed, wrapping_key, nonce):
    header = b"CORDONK1" + bytes([role, slot]) + node_id + struct.pack(">LQ", master_key_id, created) + key
    return header + seal(wrapping_key, nonce, seed, header)


def open_sealed_key(data, role, slot, node_id, wrapping_key):
    if len(data) != 142 or data[:8] != b"CORDONK1":
        raise Refusal("badKeyFile")
    if (data[8], data[9]) != (role, slot) or data[10:26] != node_id:
        raise Refusal("wrongKeyFile")
    seed = unseal(wrapping_key, data[70:], data[:70])
    if public_key(seed) != data[38:70]:
        raise Refusal("wrongKeyFile")
    return seed


def keyring_plaintext(keys):
    return struct.pack(">L", len(keys)) + b"".join(struct.pack(">LQ", id, created) + key for id, created, key in keys)


def encode_keyring(node_id, method, plaintext, key, nonce, sealed_length=None):
    """`method`: the 25 bytes from the method's number to the salt. `key` seals the plaintext."""
    length = len(plaintext) + 40 if sealed_length is None else sealed_length
    header = b"CORDONR1" + node_id + method + struct.pack(">L", length)
    body = header + seal(key, nonce, plaintext, header)
    return body + hashlib.sha256(body).digest()


def passphrase_method(passes, memory_kib, salt):
    return b"\x01" + struct.pack(">LL", passes, memory_kib) + salt


KEY_FILE_METHOD = b"\x02" + bytes(24)


def open_keyring(data, node_id, method, secret):
    """The master keys as (id, created, key). `method` is "passphrase" or "keyFile"."""
    if len(data) < 85 or data[:8] != b"CORDONR1" or hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise Refusal("keyringDamaged")
    header, sealed = data[:53], data[53:-32]
    if len(sealed) != struct.unpack(">L", header[49:53])[0]:
        raise Refusal("keyringDamaged")
    if header[8:24] != node_id:
        raise Refusal("keyringOfAnotherNode")
    if header[24] not in (1, 2):
        raise Refusal("keyringDamaged")
    if header[24] != {"passphrase": 1, "keyFile": 2}[method]:
        raise Refusal("wrongUnlockMethod")
    if method == "passphrase":
        passes, memory_kib = struct.unpack(">LL", header[25:33])
        if not (1 <= passes <= 32 and 8 <= memory_kib <= 2 << 20):
            raise Refusal("keyringDamaged")
        secret = argon2id(secret, passes, memory_kib, header[33:49])
    elif any(header[25:49]):
        raise Refusal("keyringDamaged")
    try:
        plaintext = unseal(secret, sealed, header)
    except Refusal:
        raise Refusal("wrongPassphrase") from None
    count = int.from_bytes(plaintext[:4], "big")
    if not 1 <= count <= 64 or len(plaintext) != 4 + 44 * count:
        raise Refusal("keyringDamaged")
    keys = [struct.unpack(">LQ32s", plaintext[4 + 44 * i : 48 + 44 * i]) for i in range(count)]
    ids = [key[0] for key in keys]
    if ids != sorted(set(ids)) or ids[0] == 0 or ids[-1] == 2**32 - 1:
        raise Refusal("keyringDamaged")
    return keys


def file_key(master_key, salt):
    """The 48 bytes of HKDF output: file key[32] ‖ check[16]."""
    return hkdf(master_key, salt, b"cordon file v1", 48)


def file_prefix(master_key_id, master_key, salt):
    prefix = b"CORDONF1" + struct.pack(">L", master_key_id) + salt + file_key(master_key, salt)[32:]
    return prefix + bytes(4096 - len(prefix))


def file_cipher(master_key, salt, offset, data):
    """XORs `data`, which stands at `offset` of a file (prefix counted), with the key stream."""
    block, skip = divmod(offset, 16)
    encryptor = Cipher(
        algorithms.AES(file_key(master_key, salt)[:32]), modes.CTR(block.to_bytes(16, "big"))
    ).encryptor()
    return encryptor.update(bytes(skip) + data)[skip:]


def watermark_slot(master_key, master_key_id, log_id, size, root):
    body = struct.pack(">LQ", master_key_id, size) + root
    key = subkey(master_key, "cordon watermark v1")
    return body + hashlib.blake2b(bytes([log_id]) + body, digest_size=32, key=key).digest()


def read_watermark_slot(slot, log_id, master_keys):
    """(size, root), or None when the slot says nothing."""
    if len(slot) != 76:
        return None
    master_key_id, size, root = struct.unpack(">LQ32s", slot[:44])
    master_key = master_keys.get(master_key_id)
    if master_key is None or watermark_slot(master_key, master_key_id, log_id, size, root) != slot:
        return None
    return size, root
