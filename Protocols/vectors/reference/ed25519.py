"""Ed25519, strictly (log.md, "Ed25519")."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_add(a, b):
    """Affine addition on edwards25519 (RFC 8032, section 5.1)."""
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P
    return x, y


def point_multiply(k, a):
    result = (0, 1)
    while k:
        if k & 1:
            result = point_add(result, a)
        a, k = point_add(a, a), k >> 1
    return result


def point_encode(a):
    return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


def point_decode(encoded):
    """None unless `encoded` is the canonical encoding of a point (RFC 8032, section 5.1.3)."""
    number = int.from_bytes(encoded, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(encoded) != 32 or y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != xx or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def is_acceptable_key(encoded):
    """Whether `encoded` is a point of the prime-order subgroup, and not its identity."""
    point = point_decode(encoded)
    return point is not None and point != (0, 1) and point_multiply(L, point) == (0, 1)


def public_key(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(seed, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def is_valid_signature(key, signature, message):
    """For an acceptable `key`. OpenSSL checks that S is reduced, and the equation without the cofactor."""
    if len(signature) != 64:
        return False
    r = point_decode(signature[:32])
    if r is None or point_multiply(8, r) == (0, 1):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except InvalidSignature:
        return False
