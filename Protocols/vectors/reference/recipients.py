"""Recipient keys and sealing to them (envelopes.md, "Recipient keys"): HPKE base mode with X-Wing."""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .mlkem import is_mlkem_key, mlkem_decapsulate, mlkem_encapsulate, mlkem_key_pair
from .refusal import Refusal

SUITE_ID = b"HPKE" + struct.pack(">HHH", 0x647A, 1, 2)
PUBLIC_KEY, ENCAPSULATION = 1216, 1120


def expand_seed(seed):
    """The seed of ML-KEM and the private key of X25519."""
    expanded = hashlib.shake_256(seed).digest(96)
    return expanded[:64], X25519PrivateKey.from_private_bytes(expanded[64:])


def x25519_public(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def recipient_public_key(seed):
    mlkem_seed, x25519 = expand_seed(seed)
    return mlkem_key_pair(mlkem_seed)[0] + x25519_public(x25519)


def recipient_key_id(key):
    return hashlib.sha256(b"cordon recipient key v1" + key).digest()[:8]


def x25519(private, public):
    """The product, or None where it is zero."""
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return None


def read_recipient_key(key):
    """The id of an acceptable key."""
    if len(key) != PUBLIC_KEY or not is_mlkem_key(key[:1184]) or int.from_bytes(key[1184:], "little") >= 2**255 - 19:
        raise Refusal("badPublicKey")
    if x25519(X25519PrivateKey.from_private_bytes(bytes([1]) * 32), key[1184:]) is None:
        raise Refusal("badPublicKey")
    return recipient_key_id(key)


def combine(mlkem_secret, x25519_secret, ciphertext, public):
    return hashlib.sha3_256(mlkem_secret + x25519_secret + ciphertext + public + b"\\.//^\\").digest()


def xwing_encapsulate(key, randomness):
    """(shared secret, encapsulation), from 64 random bytes."""
    secret, ciphertext = mlkem_encapsulate(key[:1184], randomness[:32])
    ephemeral = X25519PrivateKey.from_private_bytes(randomness[32:])
    share = x25519_public(ephemeral)
    return combine(secret, x25519(ephemeral, key[1184:]), share, key[1184:]), ciphertext + share


def xwing_decapsulate(seed, encapsulation):
    mlkem_seed, private = expand_seed(seed)
    product = x25519(private, encapsulation[1088:])
    if product is None:
        raise Refusal("notAuthentic")
    secret = mlkem_decapsulate(mlkem_seed, encapsulation[:1088])
    return combine(secret, product, encapsulation[1088:], x25519_public(private))


def labeled_extract(salt, label, ikm):
    return hmac.new(salt or bytes(32), b"HPKE-v1" + SUITE_ID + label + ikm, hashlib.sha256).digest()


def labeled_expand(prk, label, info, length):
    info = struct.pack(">H", length) + b"HPKE-v1" + SUITE_ID + label + info
    return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(prk)


def hpke_keys(shared_secret, info):
    """Key and nonce of the first message (RFC 9180, section 5.1), in base mode."""
    context = bytes([0]) + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared_secret, b"secret", b"")
    return labeled_expand(secret, b"key", context, 32), labeled_expand(secret, b"base_nonce", context, 12)


def hpke_seal(key, info, plaintext, randomness):
    shared_secret, encapsulation = xwing_encapsulate(key, randomness)
    aead, nonce = hpke_keys(shared_secret, info)
    return encapsulation + AESGCM(aead).encrypt(nonce, plaintext, None)


def hpke_open(seed, info, sealed):
    if len(sealed) < ENCAPSULATION + 16:
        raise Refusal("notAuthentic")
    aead, nonce = hpke_keys(xwing_decapsulate(seed, sealed[:ENCAPSULATION]), info)
    try:
        return AESGCM(aead).decrypt(nonce, sealed[ENCAPSULATION:], None)
    except InvalidTag:
        raise Refusal("notAuthentic") from None
