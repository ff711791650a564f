// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/checkpoint/failing_files.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <mutex>

namespace dinoscope::testing {
namespace {

struct Orders {
    std::mutex mutex;
    bool active = false;
    std::string folder;
    FileCall call = FileCall::open;
    int failAt = 0, killAt = 0, code = 0; // 0: not ordered
    bool forever = false;
    int seen = 0, all = 0; // of the call that is to fail; of all
    bool failed = false;
};

Orders& orders() {
    static Orders one;
    return one;
}

enum class Verdict { pass, fail, kill };

Verdict judge(FileCall call, const char* path) {
    Orders& o = orders();
    const std::lock_guard lock(o.mutex);
    if (!o.active || !path || !std::string_view(path).starts_with(o.folder))
        return Verdict::pass;
    ++o.all;
    if (o.killAt > 0 && o.all == o.killAt)
        return Verdict::kill;
    if (o.failAt == 0 || call != o.call)
        return Verdict::pass;
    ++o.seen;
    if (o.seen != o.failAt && !(o.forever && o.seen > o.failAt))
        return Verdict::pass;
    o.failed = true;
    errno = o.code;
    return Verdict::fail;
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    while (true) // it comes at once
        ::pause();
}

/// @returns whether the call is to be made.
bool admit(FileCall call, const char* path) {
    const Verdict verdict = judge(call, path);
    if (verdict == Verdict::kill)
        die();
    return verdict == Verdict::pass;
}

std::string pathOf(int file) {
    char link[64], path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t size = ::readlink(link, path, sizeof path);
    return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

template <class Function> Function* original(const char* name) {
    return reinterpret_cast<Function*>(reinterpret_cast<std::uintptr_t>(dlsym(RTLD_NEXT, name)));
}

} // namespace

FailingFiles::FailingFiles(std::string folder) {
    Orders& o = orders();
    const std::lock_guard lock(o.mutex);
    o.active = true;
    o.folder = std::move(folder);
    o.failAt = o.killAt = o.seen = o.all = 0;
    o.failed = false;
}

FailingFiles::~FailingFiles() {
    const std::lock_guard lock(orders().mutex);
    orders().active = false;
}

void FailingFiles::failAt(FileCall call, int n, bool forever, int code) {
    Orders& o = orders();
    const std::lock_guard lock(o.mutex);
    o.call = call;
    o.failAt = n;
    o.forever = forever;
    o.code = code;
    o.seen = 0;
    o.failed = false;
}

void FailingFiles::killAt(int n) {
    const std::lock_guard lock(orders().mutex);
    orders().killAt = n;
}

int FailingFiles::calls() const {
    const std::lock_guard lock(orders().mutex);
    return orders().all;
}

bool FailingFiles::hasFailed() const {
    const std::lock_guard lock(orders().mutex);
    return orders().failed;
}

} // namespace dinoscope::testing

// These take the place of the C library's.
using dinoscope::testing::admit;
using dinoscope::testing::FileCall;
using dinoscope::testing::original;

extern "C" {

int open(const char* path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list list;
        va_start(list, flags);
        mode = static_cast<mode_t>(va_arg(list, int));
        va_end(list);
    }
    return admit(FileCall::open, path) ? original<int(const char*, int, ...)>("open")(path, flags, mode) : -1;
}

int open64(const char* path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list list;
        va_start(list, flags);
        mode = static_cast<mode_t>(va_arg(list, int));
        va_end(list);
    }
    return admit(FileCall::open, path) ? original<int(const char*, int, ...)>("open64")(path, flags, mode) : -1;
}

ssize_t write(int file, const void* bytes, size_t size) {
    auto* const next = original<ssize_t(int, const void*, size_t)>("write");
    using dinoscope::testing::Verdict;
    switch (dinoscope::testing::judge(FileCall::write, dinoscope::testing::pathOf(file).c_str())) {
    case Verdict::fail: return -1;
    case Verdict::kill: next(file, bytes, size / 2); dinoscope::testing::die();
    default: return next(file, bytes, size);
    }
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    const bool passes = admit(FileCall::write, dinoscope::testing::pathOf(file).c_str());
    return passes ? original<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(file, bytes, size, at) : -1;
}

int fdatasync(int file) {
    return admit(FileCall::sync, dinoscope::testing::pathOf(file).c_str()) ? original<int(int)>("fdatasync")(file) : -1;
}

int fsync(int file) {
    return admit(FileCall::sync, dinoscope::testing::pathOf(file).c_str()) ? original<int(int)>("fsync")(file) : -1;
}

int rename(const char* from, const char* to) noexcept {
    return admit(FileCall::rename, to) ? original<int(const char*, const char*)>("rename")(from, to) : -1;
}

int renameat2(int fromFolder, const char* from, int toFolder, const char* to, unsigned flags) noexcept {
    return admit(FileCall::rename, to) ? original<int(int, const char*, int, const char*, unsigned)>("renameat2")(
                                             fromFolder, from, toFolder, to, flags)
                                       : -1;
}

int mkdir(const char* path, mode_t mode) noexcept {
    return admit(FileCall::makeFolder, path) ? original<int(const char*, mode_t)>("mkdir")(path, mode) : -1;
}
}
