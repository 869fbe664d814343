"""Chunked encryption (attachments.md): c2sp.org/chunked-encryption, version 1, with SHA-512 and AES-256-GCM."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from .refusal import Refusal

CHUNK, TAG, HEADER = 16_384, 16, 56


def message_keys(key, salt, context):
    """(message key, base nonce, commitment)."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + context
    out = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(key)
    return out[:32], out[32:44], out[44:]


def chunk_nonce(base, index):
    return (int.from_bytes(base, "big") ^ index).to_bytes(12, "big")


def seal_chunk(message_key, base, index, content):
    return AESGCM(message_key).encrypt(chunk_nonce(base, index), content, None)


def seal_chunked(key, salt, context, content):
    message_key, base, commitment = message_keys(key, salt, context)
    sealed = salt + commitment
    for index in range(len(content) // CHUNK + 1):
        sealed += seal_chunk(message_key, base, index, content[index * CHUNK : (index + 1) * CHUNK])
    return sealed


def open_chunked(key, context, message):
    if len(message) < HEADER:
        raise Refusal("notAuthentic")
    message_key, base, commitment = message_keys(key, message[:24], context)
    if message[24:HEADER] != commitment:
        raise Refusal("notAuthentic")
    content, index, rest = b"", 0, message[HEADER:]
    while True:
        chunk, rest = rest[: CHUNK + TAG], rest[CHUNK + TAG :]
        if len(chunk) < TAG:
            raise Refusal("notAuthentic")
        try:
            content += AESGCM(message_key).decrypt(chunk_nonce(base, index), chunk, None)
        except InvalidTag:
            raise Refusal("notAuthentic") from None
        if len(chunk) < CHUNK + TAG:
            return content
        index += 1
