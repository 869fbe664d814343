"""ML-KEM-768 (FIPS 203), for X-Wing. Encapsulation takes its randomness as an argument, which no
library offers."""

import hashlib

Q, N, K, DU, DV = 3329, 256, 3, 10, 4


def bit_reversed(i):
    return int("{:07b}".format(i)[::-1], 2)


ZETAS = [pow(17, bit_reversed(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * bit_reversed(i) + 1, Q) for i in range(128)]


def ntt(f):
    """Algorithm 9."""
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            for j in range(start, start + length):
                t = ZETAS[i] * f[j + length]
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
            i += 1
        length //= 2
    return f


def inverse_ntt(f):
    """Algorithm 10."""
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % Q, ZETAS[i] * (f[j + length] - t) % Q
            i -= 1
        length *= 2
    return [x * 3303 % Q for x in f]


def multiply(f, g):
    """Algorithms 11 and 12."""
    h = []
    for i in range(128):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        h += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return h


def add(*polynomials):
    return [sum(column) % Q for column in zip(*polynomials)]


def dot(v, w):
    return add(*(multiply(f, g) for f, g in zip(v, w)))


def encode(f, d):
    """Algorithm 5: d bits of each coefficient."""
    return sum(x << d * i for i, x in enumerate(f)).to_bytes(32 * d, "little")


def decode(data, d):
    number = int.from_bytes(data, "little")
    return [number >> d * i & (1 << d) - 1 for i in range(N)]


def compress(f, d):
    return [((x << d) + Q // 2) // Q % (1 << d) for x in f]


def decompress(f, d):
    return [(x * Q + (1 << d - 1)) >> d for x in f]


def sample_ntt(seed):
    """Algorithm 7."""
    stream, f, i = hashlib.shake_128(seed).digest(3 * 1024), [], 0
    while len(f) < N:
        a, b, c = stream[i : i + 3]
        f += [x for x in (a + 256 * (b % 16), b // 16 + 16 * c) if x < Q]
        i += 3
    return f[:N]


def noise(seed, index):
    """Algorithm 8 over PRF, with eta = 2."""
    bits = int.from_bytes(hashlib.shake_256(seed + bytes([index])).digest(128), "little")
    return [
        ((bits >> 4 * i & 1) + (bits >> 4 * i + 1 & 1) - (bits >> 4 * i + 2 & 1) - (bits >> 4 * i + 3 & 1)) % Q
        for i in range(N)
    ]


def matrix(rho):
    return [[sample_ntt(rho + bytes([j, i])) for j in range(K)] for i in range(K)]


def g(data):
    out = hashlib.sha3_512(data).digest()
    return out[:32], out[32:]


def mlkem_key_pair(seed):
    """Algorithms 13 and 16, from d ‖ z: the encapsulation key, and the secret vector."""
    rho, sigma = g(seed[:32] + bytes([K]))
    a = matrix(rho)
    s = [ntt(noise(sigma, i)) for i in range(K)]
    t = [add(dot(a[i], s), ntt(noise(sigma, K + i))) for i in range(K)]
    return b"".join(encode(f, 12) for f in t) + rho, s


def is_mlkem_key(key):
    """The modulus check (section 7.2)."""
    if len(key) != 1184:
        return False
    return all(x < Q for i in range(K) for x in decode(key[384 * i : 384 * (i + 1)], 12))


def encrypt(key, message, randomness):
    """Algorithm 14."""
    t, a = [decode(key[384 * i : 384 * (i + 1)], 12) for i in range(K)], matrix(key[1152:])
    y = [ntt(noise(randomness, i)) for i in range(K)]
    u = [add(inverse_ntt(dot([a[j][i] for j in range(K)], y)), noise(randomness, K + i)) for i in range(K)]
    v = add(inverse_ntt(dot(t, y)), noise(randomness, 2 * K), decompress(decode(message, 1), 1))
    return b"".join(encode(compress(f, DU), DU) for f in u) + encode(compress(v, DV), DV)


def mlkem_encapsulate(key, message):
    """Algorithm 17: (shared secret, ciphertext)."""
    secret, randomness = g(message + hashlib.sha3_256(key).digest())
    return secret, encrypt(key, message, randomness)


def mlkem_decapsulate(seed, ciphertext):
    """Algorithms 15 and 18."""
    key, s = mlkem_key_pair(seed)
    u = [decompress(decode(ciphertext[320 * i : 320 * (i + 1)], DU), DU) for i in range(K)]
    v = decompress(decode(ciphertext[960:], DV), DV)
    w = add(v, [-x for x in inverse_ntt(dot(s, [ntt(f) for f in u]))])
    message = encode(compress(w, 1), 1)
    secret, randomness = g(message + hashlib.sha3_256(key).digest())
    if encrypt(key, message, randomness) != ciphertext:
        return hashlib.shake_256(seed[32:] + ciphertext).digest(32)
    return secret
