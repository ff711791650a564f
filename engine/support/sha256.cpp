// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/support/sha256.h"

#include "engine/support/check.h"

#include <openssl/evp.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace dinoscope {
namespace {

constexpr std::size_t kPiece = 1 << 20; // bytes read at a time

void mustWork(int result) {
    if (result != 1)
        throw EngineError(ErrorCode::internal, "support", "The checksum library failed.");
}

[[noreturn]] void failReading(const std::string& path, int code) {
    throw EngineError(ErrorCode::io, "support", "The file '" + path + "' cannot be read: " + std::strerror(code) + ".");
}

} // namespace

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    mustWork(context_->handle ? EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr) : 0);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::span<const std::byte> bytes) {
    mustWork(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
    std::array<unsigned char, 32> digest{};
    mustWork(EVP_DigestFinal_ex(context_->handle, digest.data(), nullptr));
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string sha256OfFile(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        failReading(path, errno);
    Sha256 sum;
    std::vector<std::byte> piece(kPiece);
    while (true) {
        const ssize_t got = ::read(file, piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            const int code = errno;
            ::close(file);
            failReading(path, code);
        }
        if (got == 0)
            break;
        sum.add(std::span(piece).first(static_cast<std::size_t>(got)));
    }
    ::close(file);
    return sum.hex();
}

} // namespace dinoscope
