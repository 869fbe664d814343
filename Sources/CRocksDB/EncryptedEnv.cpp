// Encryption at rest: every file that RocksDB writes is AES-256-CTR under a key of its own.
//
// A file's prefix of 4,096 bytes (a page, so that the content stays aligned):
//
//   offset  size  field
//        0     8  magic "CORDONF1"
//        8     4  master key id, big-endian
//       12    32  salt, random
//       44    16  check
//       60  4036  zero
//
//   file key ‖ check = HKDF-SHA256(ikm = master key, salt = salt, info = "cordon file v1", 48 bytes)   (RFC 5869)
//
// Byte i of the file, for i ≥ 4,096, is XORed with byte i of the AES-256-CTR stream (NIST SP 800-38A) that starts
// from the zero block: the stream counts the prefix, as RocksDB does. A zero start is sound because the key is fresh
// for each file; a file's bytes are never written twice with different content (log recycling stays off). CTR does
// not authenticate: the Merkle trees do, and `check` tells a damaged prefix from damaged content.

#include "CRocksDB.h"
#include "../COpenSSL/shim.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/env_encryption.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/version.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

using rocksdb::BlockAccessCipherStream;
using rocksdb::EncryptionProvider;
using rocksdb::EnvOptions;
using rocksdb::Slice;
using rocksdb::Status;

constexpr size_t kPrefixLength = 4096;
constexpr size_t kKeyLength = 32;
constexpr size_t kSaltLength = 32;
constexpr size_t kCheckLength = 16;
constexpr size_t kBlockLength = 16;
constexpr char kMagic[] = "CORDONF1";
constexpr size_t kMagicLength = 8;
constexpr size_t kKeyIDOffset = 8;
constexpr size_t kSaltOffset = 12;
constexpr size_t kCheckOffset = 44;
constexpr char kInfo[] = "cordon file v1";

struct FileKey {
    uint8_t bytes[kKeyLength + kCheckLength];
    ~FileKey() { OPENSSL_cleanse(bytes, sizeof bytes); }
    const uint8_t *key() const { return bytes; }
    const uint8_t *check() const { return bytes + kKeyLength; }
};

bool DeriveFileKey(const uint8_t *master, const uint8_t *salt, FileKey *out) {
    return cordon_hkdf_sha256(master, kKeyLength, salt, kSaltLength, reinterpret_cast<const uint8_t *>(kInfo),
                              sizeof kInfo - 1, out->bytes, sizeof out->bytes) == 0;
}

const EVP_CIPHER *Cipher() {
    // Fetched once: an implicit fetch on every call costs more than encrypting a small block.
    static const EVP_CIPHER *cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
    return cipher;
}

/// One context for each thread: readers of one file run in parallel.
EVP_CIPHER_CTX *ThreadContext() {
    struct Holder {
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        ~Holder() { EVP_CIPHER_CTX_free(ctx); }
    };
    thread_local Holder holder;
    return holder.ctx;
}

/// XORs `data` with the key stream from byte `offset` on. CTR: the same call encrypts and decrypts.
bool Apply(const uint8_t *key, uint64_t offset, uint8_t *data, size_t length) {
    uint8_t counter[kBlockLength] = {0};
    uint64_t block = offset / kBlockLength;
    for (int i = 0; i < 8; i++) counter[kBlockLength - 1 - i] = static_cast<uint8_t>(block >> (8 * i));

    EVP_CIPHER_CTX *ctx = ThreadContext();
    if (!ctx || !Cipher() || EVP_EncryptInit_ex2(ctx, Cipher(), key, counter, nullptr) != 1) return false;
    int written = 0;
    size_t skip = offset % kBlockLength;
    bool ok = true;
    if (skip) {
        uint8_t unused[kBlockLength] = {0};
        ok = EVP_EncryptUpdate(ctx, unused, &written, unused, static_cast<int>(skip)) == 1;
    }
    while (ok && length > 0) {
        int piece = static_cast<int>(length < (1u << 30) ? length : (1u << 30));
        ok = EVP_EncryptUpdate(ctx, data, &written, data, piece) == 1 && written == piece;
        data += piece;
        length -= static_cast<size_t>(piece);
    }
    EVP_CIPHER_CTX_reset(ctx);  // clears the key schedule
    return ok;
}

class FileCipherStream final : public BlockAccessCipherStream {
   public:
    explicit FileCipherStream(const FileKey &key) { memcpy(key_, key.key(), kKeyLength); }
    ~FileCipherStream() override { OPENSSL_cleanse(key_, sizeof key_); }

    size_t BlockSize() override { return kBlockLength; }

    // RocksDB passes offsets in the file, so the first byte behind the prefix is at 4,096.
    Status Encrypt(uint64_t offset, char *data, size_t length) override { return Run(offset, data, length); }
    Status Decrypt(uint64_t offset, char *data, size_t length) override { return Run(offset, data, length); }

   protected:
    void AllocateScratch(std::string &) override {}
    Status EncryptBlock(uint64_t index, char *data, char *) override {
        return Run(index * kBlockLength, data, kBlockLength);
    }
    Status DecryptBlock(uint64_t index, char *data, char *) override {
        return Run(index * kBlockLength, data, kBlockLength);
    }

   private:
    Status Run(uint64_t offset, char *data, size_t length) {
        return Apply(key_, offset, reinterpret_cast<uint8_t *>(data), length)
                   ? Status::OK()
                   : Status::IOError("OpenSSL refused AES-256-CTR");
    }
    uint8_t key_[kKeyLength];
};

class FileEncryptionProvider final : public EncryptionProvider {
   public:
    FileEncryptionProvider(std::vector<cordon_master_key_t> keys, uint32_t active)
        : keys_(std::move(keys)), active_(active) {}

    static const char *kName() { return "cordon-aes-256-ctr"; }
    const char *Name() const override { return kName(); }
    size_t GetPrefixLength() const override { return kPrefixLength; }

    Status CreateNewPrefix(const std::string &, char *prefix, size_t length) const override {
        if (length != kPrefixLength) return Status::InvalidArgument("unexpected prefix length");
        auto *out = reinterpret_cast<uint8_t *>(prefix);
        memset(out, 0, length);
        memcpy(out, kMagic, kMagicLength);
        for (int i = 0; i < 4; i++) out[kKeyIDOffset + i] = static_cast<uint8_t>(active_ >> (24 - 8 * i));
        if (RAND_bytes(out + kSaltOffset, kSaltLength) != 1) return Status::IOError("OpenSSL has no randomness");
        FileKey key;
        if (!DeriveFileKey(Find(active_), out + kSaltOffset, &key)) return Status::IOError("OpenSSL refused HKDF");
        memcpy(out + kCheckOffset, key.check(), kCheckLength);
        return Status::OK();
    }

    Status AddCipher(const std::string &, const char *, size_t, bool) override {
        return Status::NotSupported("keys are fixed when the environment is made");
    }

    Status CreateCipherStream(const std::string &name, const EnvOptions &, Slice &prefix,
                              std::unique_ptr<BlockAccessCipherStream> *result) override {
        const auto *in = reinterpret_cast<const uint8_t *>(prefix.data());
        std::string base = name.substr(name.find_last_of('/') + 1);
        if (prefix.size() < kPrefixLength || memcmp(in, kMagic, kMagicLength) != 0)
            return Status::Corruption("not a file of this store (no encryption prefix)", base);
        uint32_t id = 0;
        for (int i = 0; i < 4; i++) id = id << 8 | in[kKeyIDOffset + i];
        const uint8_t *master = Find(id);
        if (!master) return Status::Corruption("encrypted under a master key that the keyring does not hold", base);
        FileKey key;
        if (!DeriveFileKey(master, in + kSaltOffset, &key)) return Status::IOError("OpenSSL refused HKDF");
        if (CRYPTO_memcmp(key.check(), in + kCheckOffset, kCheckLength) != 0)
            return Status::Corruption("encryption prefix damaged", base);
        result->reset(new FileCipherStream(key));
        return Status::OK();
    }

   private:
    const uint8_t *Find(uint32_t id) const {
        for (const auto &key : keys_)
            if (key.id == id) return key.key;
        return nullptr;
    }
    const std::vector<cordon_master_key_t> keys_;
    const uint32_t active_;
};

class DiscardingLogger final : public rocksdb::Logger {
   public:
    DiscardingLogger() : rocksdb::Logger(rocksdb::InfoLogLevel::HEADER_LEVEL) {}
    using rocksdb::Logger::Logv;
    void Logv(const char *, va_list) override {}
};

class RowBeginning final : public rocksdb::SliceTransform {
   public:
    RowBeginning(uint8_t first, size_t suffix)
        : first_(static_cast<char>(first)),
          suffix_(suffix),
          name_("cordon-beginning-" + std::to_string(first) + "-" + std::to_string(suffix)) {}
    const char *Name() const override { return name_.c_str(); }
    Slice Transform(const Slice &key) const override { return Slice(key.data(), key.size() - suffix_); }
    bool InDomain(const Slice &key) const override { return key.size() > suffix_ && key[0] == first_; }

   private:
    const char first_;
    const size_t suffix_;
    const std::string name_;
};

std::string LoadedVersion() { return rocksdb::GetRocksVersionAsString(true); }

}  // namespace

// The private layouts of rocksdb_env_t and rocksdb_options_t in 7.8.3 (db/c.cc). Nothing else relies on them, and
// `cordon_encrypted_env_create` refuses to run beside another release.
extern "C" {
struct rocksdb_env_t {
    rocksdb::Env *rep;
    bool is_default;
};
struct rocksdb_options_t {
    rocksdb::Options rep;
};

const char *const cordon_rocksdb_supported_version = "7.8.3";

char *cordon_rocksdb_version(void) { return strdup(LoadedVersion().c_str()); }

rocksdb_env_t *cordon_encrypted_env_create(const cordon_master_key_t *keys, size_t count, uint32_t active_id,
                                           char **error) {
    if (LoadedVersion() != cordon_rocksdb_supported_version) {
        *error = strdup(("this program is built for RocksDB " + std::string(cordon_rocksdb_supported_version) +
                         ", the loaded library is " + LoadedVersion())
                            .c_str());
        return nullptr;
    }
    std::vector<cordon_master_key_t> list(keys, keys + count);
    bool found = false;
    for (const auto &key : list) found = found || key.id == active_id;
    if (!found) {
        *error = strdup("the active master key is not among the keys");
        return nullptr;
    }
    auto provider = std::make_shared<FileEncryptionProvider>(std::move(list), active_id);
    return new rocksdb_env_t{rocksdb::NewEncryptedEnv(rocksdb::Env::Default(), provider), false};
}

void cordon_encrypted_env_destroy(rocksdb_env_t *env) {
    if (!env) return;
    delete env->rep;
    delete env;
}

void cordon_options_discard_info_log(rocksdb_options_t *options) {
    options->rep.info_log = std::make_shared<DiscardingLogger>();
}

void cordon_options_filter_beginnings(rocksdb_options_t *options, uint8_t first, size_t suffix) {
    options->rep.prefix_extractor = std::make_shared<RowBeginning>(first, suffix);
}

void cordon_options_insert_in_runs(rocksdb_options_t *options, size_t length) {
    options->rep.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(length));
}

void cordon_options_track_and_verify_wals(rocksdb_options_t *options) {
    options->rep.track_and_verify_wals_in_manifest = true;
}

int cordon_file_cipher_apply(const uint8_t master_key[32], const uint8_t salt[32], uint64_t offset, uint8_t *data,
                             size_t length) {
    FileKey key;
    if (!DeriveFileKey(master_key, salt, &key)) return -1;
    return Apply(key.key(), offset, data, length) ? 0 : -1;
}

void cordon_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

int cordon_sync_file_system(int descriptor) { return syncfs(descriptor); }
}
