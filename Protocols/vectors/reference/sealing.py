"""Symmetric cryptography that keys.md and storage.md build on."""

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .refusal import Refusal


def hkdf(key, salt, info, length):
    """RFC 5869 with SHA-256. No salt is a salt of zeros."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)


def subkey(key, info):
    return hkdf(key, None, info.encode(), 32)


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha-03, section 2.2."""
    state = list(struct.unpack("<16L", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            mixed = state[z] ^ state[x]
            state[z] = (mixed << turn | mixed >> (32 - turn)) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8L", *state[:4], *state[12:])


def seal(key, nonce, plaintext, associated_data):
    """nonce[24] ‖ XChaCha20-Poly1305(plaintext) ‖ tag[16]."""
    cipher = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    return nonce + cipher.encrypt(bytes(4) + nonce[16:], plaintext, associated_data)


def unseal(key, sealed, associated_data):
    if len(sealed) < 40:
        raise Refusal("notAuthentic")
    cipher = ChaCha20Poly1305(hchacha20(key, sealed[:16]))
    try:
        return cipher.decrypt(bytes(4) + sealed[16:24], sealed[24:], associated_data)
    except InvalidTag:
        raise Refusal("notAuthentic") from None


def argon2id(passphrase, passes, memory_kib, salt):
    return Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory_kib).derive(passphrase)
