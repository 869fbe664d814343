#pragma once
// The low-level SHA-256 calls are deprecated in OpenSSL 3.0 in favour of EVP, whose fetch and context cost more than
// the hash of a tree node. They are the same assembly underneath.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

/// SHA-256 of `prefix ‖ data` (FIPS 180-4).
static inline void cordon_sha256_prefixed(uint8_t prefix, const void *data, size_t length, uint8_t out[32]) {
    SHA256_CTX ctx;
    SHA256_Init(&ctx);
    SHA256_Update(&ctx, &prefix, 1);
    SHA256_Update(&ctx, data, length);
    SHA256_Final(out, &ctx);
}

/// SHA-256 of `data`.
static inline void cordon_sha256(const void *data, size_t length, uint8_t out[32]) {
    SHA256_CTX ctx;
    SHA256_Init(&ctx);
    SHA256_Update(&ctx, data, length);
    SHA256_Final(out, &ctx);
}

/// HKDF with SHA-256 (RFC 5869). Returns 0, or -1 when OpenSSL refuses.
static inline int cordon_hkdf_sha256(const uint8_t *key, size_t key_length, const uint8_t *salt, size_t salt_length,
                                     const uint8_t *info, size_t info_length, uint8_t *out, size_t out_length) {
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    EVP_KDF_free(kdf);
    if (!ctx) return -1;
    OSSL_PARAM params[5];
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length);
    params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_length);
    params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length);
    params[4] = OSSL_PARAM_construct_end();
    int ok = EVP_KDF_derive(ctx, out, out_length, params);
    EVP_KDF_CTX_free(ctx);
    return ok == 1 ? 0 : -1;
}

/// HKDF-Expand (RFC 5869, section 2.3) with "SHA256" or "SHA512", without the Extract step. Returns 0, or -1 when
/// OpenSSL refuses.
static inline int cordon_hkdf_expand(const char *digest, const uint8_t *key, size_t key_length, const uint8_t *info,
                                     size_t info_length, uint8_t *out, size_t out_length) {
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    EVP_KDF_free(kdf);
    if (!ctx) return -1;
    OSSL_PARAM params[5];
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0);
    params[1] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, (char *)"EXPAND_ONLY", 0);
    params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length);
    params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length);
    params[4] = OSSL_PARAM_construct_end();
    int ok = EVP_KDF_derive(ctx, out, out_length, params);
    EVP_KDF_CTX_free(ctx);
    return ok == 1 ? 0 : -1;
}

/// A context for AES-256-GCM (NIST SP 800-38D) under one key, in one direction, with nonces of 12 bytes. Freed with
/// `EVP_CIPHER_CTX_free`, which zeroes the key schedule. Null when OpenSSL refuses.
static inline EVP_CIPHER_CTX *cordon_aes256gcm_new(const uint8_t key[32], int encrypts) {
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, NULL, encrypts) != 1) {
        EVP_CIPHER_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

/// Writes ciphertext[length] ‖ tag[16]; no associated data. The caller never repeats a nonce. Returns 0 or -1.
static inline int cordon_aes256gcm_seal(EVP_CIPHER_CTX *ctx, const uint8_t nonce[12], const uint8_t *plaintext,
                                        size_t length, uint8_t *out) {
    int count = 0, last = 0;
    if (length > INT32_MAX || EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, nonce) != 1) return -1;
    if (length > 0 && EVP_EncryptUpdate(ctx, out, &count, plaintext, (int)length) != 1) return -1;
    if (EVP_EncryptFinal_ex(ctx, out + count, &last) != 1 || (size_t)(count + last) != length) return -1;
    return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + length) == 1 ? 0 : -1;
}

/// Opens ciphertext[length] ‖ tag[16] into out[length]; no associated data. Returns 0, or -1 when the tag is wrong:
/// then `out` is zeroed, so that nothing unauthenticated is left to read.
static inline int cordon_aes256gcm_open(EVP_CIPHER_CTX *ctx, const uint8_t nonce[12], const uint8_t *sealed,
                                        size_t length, uint8_t *out) {
    int count = 0, last = 0;
    int ok = length <= INT32_MAX && EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, nonce) == 1 &&
             EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(sealed + length)) == 1 &&
             (length == 0 || EVP_DecryptUpdate(ctx, out, &count, sealed, (int)length) == 1) &&
             EVP_DecryptFinal_ex(ctx, out + count, &last) == 1 && (size_t)(count + last) == length;
    if (!ok && length > 0) OPENSSL_cleanse(out, length);
    return ok ? 0 : -1;
}
