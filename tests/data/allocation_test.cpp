// SPDX-License-Identifier: GPL-3.0-or-later
// A loader that runs takes no memory. This program counts every request for memory, those of C libraries too; it is one
// of its own because it replaces malloc.
#include "engine/data/loader.h"
#include "engine/data/memory_source.h"
#include "engine/data/open_source.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <atomic>
#include <cstdint>

extern "C" void* __libc_malloc(std::size_t bytes);
extern "C" void* __libc_calloc(std::size_t count, std::size_t bytes);
extern "C" void* __libc_realloc(void* memory, std::size_t bytes);

namespace {

std::atomic<std::int64_t> everywhere = 0;
thread_local std::int64_t here = 0;

void count() {
    everywhere.fetch_add(1, std::memory_order_relaxed);
    ++here;
}

} // namespace

// operator new comes to this too.
extern "C" void* malloc(std::size_t bytes) {
    count();
    return __libc_malloc(bytes);
}

extern "C" void* calloc(std::size_t number, std::size_t bytes) {
    count();
    return __libc_calloc(number, bytes);
}

extern "C" void* realloc(void* memory, std::size_t bytes) {
    count();
    return __libc_realloc(memory, bytes);
}

namespace dinoscope {
namespace {

using testing::ScratchFolder;
using testing::smoothPicture;

constexpr std::int64_t kBatch = 4;

/// Requests of the loader's threads while `batches` batches are made, after as many to warm up.
std::int64_t requestsOfThreads(const ImageSourcePtr& source, const char* mode, int batches) {
    AugmentOptions options;
    options.globalSize = 32;
    options.localSize = 16;
    options.mode = mode;
    LoaderSetup setup;
    setup.batchSize = kBatch;
    setup.prefetch = 1;
    Loader loader(source, options, setup);
    for (int i = 0; i < batches; ++i)
        loader.next();
    const std::int64_t before = everywhere - here;
    for (int i = 0; i < batches; ++i)
        loader.next();
    return everywhere - here - before;
}

std::vector<std::uint8_t> jpegOf(int width, int height, int kind) {
    return testing::encoded(".jpg", smoothPicture(width, height, kind));
}

/// A folder with `files` times the same three JPEG files, one of which is turned.
void fill(const ScratchFolder& folder, int files) {
    const std::vector<std::uint8_t> pictures[] = {jpegOf(320, 240, 1), jpegOf(200, 300, 2),
                                                  testing::withOrientation(jpegOf(240, 160, 3), 6)};
    for (int i = 0; i < files; ++i)
        testing::writeBytes(folder / ("picture with a long name " + std::to_string(i) + ".jpg"), pictures[i % 3]);
}

TEST(Allocations, AreCounted) {
    const std::int64_t before = everywhere, beforeHere = here;
    char* volatile memory = new char[1000]; // which is not optimised away
    delete[] memory;
    EXPECT_GE(everywhere, before + 1);
    EXPECT_GE(here, beforeHere + 1);
}

TEST(Allocations, ViewsOfPicturesInMemoryTakeNone) {
    std::vector<Image> pictures;
    for (int i = 0; i < 400; ++i)
        pictures.push_back({40 + i % 5, 30, 3, std::vector<std::uint8_t>(static_cast<std::size_t>((40 + i % 5) * 90))});
    EXPECT_EQ(requestsOfThreads(std::make_shared<MemorySource>("memory", std::move(pictures)), "exact", 40), 0);
}

/// TurboJPEG asks for memory for each file, whoever calls it; that is all.
TEST(Allocations, JpegFilesTakeWhatTurboJpegTakes) {
    ScratchFolder folder;
    fill(folder, 400);
    const std::vector<std::uint8_t> file = jpegOf(320, 240, 1);
    std::vector<std::uint8_t> pixels(3 * 320 * 240);
    const tjhandle handle = tjInitDecompress();
    std::int64_t inside = 0;
    for (int round = 0; round < 2; ++round) {
        const std::int64_t before = here;
        int width = 0, height = 0, subsampling = 0, colors = 0;
        ASSERT_EQ(tjDecompressHeader3(handle, file.data(), file.size(), &width, &height, &subsampling, &colors), 0);
        ASSERT_EQ(tjDecompress2(handle, file.data(), file.size(), pixels.data(), width, 0, height, TJPF_RGB, 0), 0);
        inside = here - before;
    }
    tjDestroy(handle);
    EXPECT_LE(requestsOfThreads(openSource(folder.path()).train, "exact", 40), 40 * kBatch * inside);
    EXPECT_LE(requestsOfThreads(openSource(folder.path()).train, "fast", 40), 40 * kBatch * inside);
}

} // namespace
} // namespace dinoscope
