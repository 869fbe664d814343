#pragma once

#include <rocksdb/c.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A 32-byte master data key and the number it goes by in file prefixes.
typedef struct {
    uint32_t id;
    const uint8_t *key;
} cordon_master_key_t;

/// The RocksDB release whose private `rocksdb_env_t` layout `cordon_encrypted_env_create` relies on.
extern const char *const cordon_rocksdb_supported_version;

/// The release of the RocksDB library loaded into this process, as "7.8.3". The caller frees it with `free`.
char *cordon_rocksdb_version(void);

/// An environment in which every file is encrypted (layout in Protocols/storage.md).
///
/// New files use the master key `active_id`; a file is read with the key its prefix names. The key bytes are
/// borrowed, not copied: they must stay valid and readable until `cordon_encrypted_env_destroy`. Destroy it only
/// after every database opened with it is closed.
///
/// Returns NULL and sets `*error` (freed with `free`) when the loaded RocksDB is another release or `active_id` is
/// not among the keys.
rocksdb_env_t *cordon_encrypted_env_create(const cordon_master_key_t *keys, size_t count, uint32_t active_id,
                                           char **error);
void cordon_encrypted_env_destroy(rocksdb_env_t *env);

/// Makes RocksDB write no information log. Its lines would name keys, in a file that is not encrypted.
void cordon_options_discard_info_log(rocksdb_options_t *options);

/// Filters, of tables and of rows in memory, know rows whose key begins with `first` also by all of their key but the
/// last `suffix` bytes. Call before the database is opened; the order of rows does not change.
void cordon_options_filter_beginnings(rocksdb_options_t *options, uint8_t first, size_t suffix);

/// Rows in memory whose keys begin with the same `length` bytes are put in from where the last of them went: cheaper
/// where they come in the order of their keys. Call before the database is opened.
void cordon_options_insert_in_runs(rocksdb_options_t *options, size_t length);

/// Whether the database checks, at open, that every synced write-ahead log is there at its synced size.
void cordon_options_track_and_verify_wals(rocksdb_options_t *options);

/// Encrypts or decrypts `length` bytes that stand at `offset` of a file, prefix counted. For vectors and tests.
/// Returns 0, or -1 when OpenSSL refuses.
int cordon_file_cipher_apply(const uint8_t master_key[32], const uint8_t salt[32], uint64_t offset, uint8_t *data,
                             size_t length);

/// Keeps this process out of core dumps, and other processes of the same user out of its memory: prctl(2).
void cordon_forbid_dumps(void);

/// syncfs(2), which Swift's Glibc module does not show.
int cordon_sync_file_system(int descriptor);

#ifdef __cplusplus
}
#endif
