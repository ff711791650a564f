// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/sample_photograph.h"

#include "engine/augment/resample.h"
#include "engine/data/picture_decoder.h"
#include "engine/support/check.h"

#include <turbojpeg.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPhotograph = "/usr/lib/python3/dist-packages/skimage/data/motorcycle_left.png";
constexpr int kQuality = 90;

struct CompressorEnd {
    void operator()(void* handle) const { tjDestroy(handle); }
};
struct JpegEnd {
    void operator()(unsigned char* bytes) const { tjFree(bytes); }
};

Image samplePhotograph() {
    std::ifstream file(kPhotograph, std::ios::binary);
    if (!file)
        throw EngineError(ErrorCode::notFound, "data",
                          std::string(kPhotograph) +
                              " is missing: install the Debian package python3-skimage, which carries sample "
                              "photographs, or name a JPEG file of your own");
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    Image picture;
    decodePicture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, kPhotograph, picture);
    return picture;
}

Image resizedTo(const Image& picture, PictureSize size) {
    const double width = std::min<double>(picture.width, picture.height * 4 / 3);
    const double height = std::min<double>(picture.height, picture.width * 3 / 4);
    std::vector<std::uint8_t> values(3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
    const Planes planes{values.data(), size.width, size.height, 3};
    Resampler().bicubic(PictureView(picture),
                        {(picture.width - width) / 2, (picture.height - height) / 2, width, height}, false, planes);
    Image resized{size.width, size.height, 3, std::vector<std::uint8_t>(values.size())};
    interleave(planes, resized.pixels.data());
    return resized;
}

void writeJpeg(const fs::path& path, const Image& picture) {
    const std::unique_ptr<void, CompressorEnd> compressor(tjInitCompress());
    if (!compressor)
        throw std::bad_alloc();
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    const int failed = tjCompress2(compressor.get(), picture.pixels.data(), picture.width, 0, picture.height, TJPF_RGB,
                                   &bytes, &size, TJSAMP_420, kQuality, TJFLAG_ACCURATEDCT);
    const std::unique_ptr<unsigned char, JpegEnd> owner(bytes);
    std::ofstream file(path, std::ios::binary);
    if (failed == 0)
        file.write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    if (failed != 0 || !file.flush())
        throw EngineError(ErrorCode::io, "data",
                          path.string() + " could not be written: choose another folder, or make room on the disk");
}

} // namespace

std::vector<fs::path> writeSamplePhotographs(const fs::path& folder) {
    const Image photograph = samplePhotograph();
    std::vector<fs::path> files;
    for (const PictureSize size : kSampleSizes) {
        files.push_back(folder /
                        ("photograph-" + std::to_string(size.width) + "x" + std::to_string(size.height) + ".jpg"));
        writeJpeg(files.back(), resizedTo(photograph, size));
    }
    return files;
}

} // namespace dinoscope
