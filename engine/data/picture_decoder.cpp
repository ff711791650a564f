// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_decoder.h"

#include "engine/data/picture_error.h"
#include "engine/data/picture_formats.h"
#include "engine/data/picture_header.h"
#include "engine/data/picture_structure.h"

#include <cstddef>
#include <functional>
#include <new>

namespace dinoscope {
namespace {

/// The most pixels that one byte of a file can hold. Deflate expands at most 1032 times and a PNG pixel may be one bit;
/// a JPEG needs a bit for each component of 16 x 16 pixels. The other formats may hold any number.
constexpr std::int64_t kPixelsAPngByte = 1032 * 8;
constexpr std::int64_t kPixelsAJpegByte = 256 * 8;

using Bytes = std::span<const std::uint8_t>;

constexpr const char* kGetAgain = "get the picture again or remove it";

/// Refuses a file whose structure is broken.
[[noreturn]] void refuseBroken(PictureFormat format, Bytes file, const std::string& name, const std::string& what) {
    throw PictureError(endsTooEarly(format, file) ? PictureVerdict::truncated : PictureVerdict::unreadable, name, what);
}

void checkSize(const PictureHeader& header, Bytes file, const std::string& name) {
    const std::int64_t width = header.width, height = header.height;
    const auto size = [&] { return std::to_string(width) + " x " + std::to_string(height) + " pixels"; };
    if (width < 1 || height < 1)
        refuseBroken(header.format, file, name,
                     std::string("is a ") + formatName(header.format) + " file whose header is damaged: " + kGetAgain);
    if (width > kLongestPictureSide || height > kLongestPictureSide || width * height > kLargestPicturePixels)
        throw PictureError(PictureVerdict::tooLarge, name,
                           "has " + size() + ", more than the largest picture that is read (" +
                               std::to_string(kLargestPicturePixels / 1'000'000) + " million pixels, " +
                               std::to_string(kLongestPictureSide) + " a side): make it smaller");
    const std::int64_t most = header.format == PictureFormat::png    ? kPixelsAPngByte
                              : header.format == PictureFormat::jpeg ? kPixelsAJpegByte
                                                                     : kLargestPicturePixels;
    if (width * height > static_cast<std::int64_t>(file.size()) * most)
        refuseBroken(header.format, file, name,
                     "says that it has " + size() + ", which so small a file cannot hold: " + kGetAgain);
}

Problem decodeAs(PictureFormat format, Bytes file, const PictureLoading& loading, Image& out) {
    switch (format) {
    case PictureFormat::png: return decodePng(file, loading, out);
    case PictureFormat::bmp: return decodeBmp(file, out);
    case PictureFormat::webp: return decodeWebp(file, loading, out);
    case PictureFormat::tiff: return decodeTiff(file, loading, out);
    case PictureFormat::jpeg:
    case PictureFormat::unknown: break;
    }
    return "it is of no known format";
}

/// What `choose` says of a picture that is stored with these sides and turned afterwards. A side that does not divide
/// ends in a part of a pixel, which belongs to the right or the bottom.
int shrinkStored(int width, int height, int orientation, const ChooseShrink& choose) {
    int shrink = orientation >= 5 ? choose({height, width}) : choose({width, height});
    while (orientation > 1 && (width % shrink != 0 || height % shrink != 0))
        shrink /= 2;
    return shrink;
}

/// Says what came of decoding, with the sort of problem that the structure of the file tells.
void judge(Problem problem, PictureFormat format, Bytes file, const std::string& name) {
    if (problem.verdict == PictureVerdict::ok)
        return;
    const std::string kind = std::string("is a ") + formatName(format) + " file ";
    if (problem.verdict == PictureVerdict::truncated || endsTooEarly(format, file))
        throw PictureError(PictureVerdict::truncated, name,
                           kind + "that is cut off (" + problem.what + "): " + kGetAgain);
    if (std::string rare = rareKind(format, file); problem.verdict == PictureVerdict::unreadable && !rare.empty())
        problem = {std::move(rare), PictureVerdict::unsupported};
    if (problem.verdict == PictureVerdict::unsupported)
        throw PictureError(problem.verdict, name,
                           kind + "of a kind that is not read (" + problem.what + "): save it as PNG");
    throw PictureError(problem.verdict, name, kind + "that is damaged (" + problem.what + "): " + kGetAgain);
}

int decode(Bytes file, const std::string& name, const PictureLoading& loading, Image& out, const ChooseShrink& choose) {
    if (file.empty())
        throw PictureError(PictureVerdict::truncated, name, std::string("is empty: ") + kGetAgain);
    const PictureHeader header = readPictureHeader(file);
    if (header.format == PictureFormat::unknown && endsTooEarly(header.format, file))
        throw PictureError(PictureVerdict::truncated, name,
                           "ends after " + std::to_string(file.size()) + " bytes: " + kGetAgain);
    if (const std::string foreign = foreignKind(file); header.format == PictureFormat::unknown && !foreign.empty())
        throw PictureError(PictureVerdict::unsupported, name,
                           "is " + foreign + " file, which is not read: save it as PNG or JPEG");
    if (header.format == PictureFormat::unknown)
        throw PictureError(PictureVerdict::unsupported, name,
                           "is no JPEG, PNG, BMP, WebP or TIFF file, whatever its name says: convert or remove it");
    const auto check = [&](std::int64_t width, std::int64_t height) {
        checkSize({header.format, width, height}, file, name);
    };
    const int orientation =
        !loading.official || header.format == PictureFormat::tiff ? storedOrientation(header.format, file) : 1;
    int shrink = 1;
    if (header.format == PictureFormat::jpeg) {
        const auto shrinkOf = [&](int width, int height) {
            return shrink = choose ? shrinkStored(width, height, orientation, choose) : 1;
        };
        // References to both, for copies would take memory.
        judge(decodeJpeg(file, std::cref(check), std::cref(shrinkOf), out), header.format, file, name);
    } else {
        check(header.width, header.height);
        out.width = static_cast<int>(header.width);
        out.height = static_cast<int>(header.height);
        out.channels = 3;
        out.pixels.resize(3 * static_cast<std::size_t>(header.width * header.height));
        judge(decodeAs(header.format, file, loading, out), header.format, file, name);
    }
    standUpright(out, orientation);
    return shrink;
}

} // namespace

int decodePicture(std::span<const std::uint8_t> file, const std::string& name, Image& out,
                  const PictureLoading& loading, const ChooseShrink& choose) {
    try {
        return decode(file, name, loading, out, choose);
    } catch (const std::bad_alloc&) {
        throw PictureError(ErrorCode::outOfMemory, PictureVerdict::tooLarge, name,
                           "needs more memory to be decoded than there is: make the picture smaller");
    }
}

void checkShortestSide(const Image& picture, const std::string& name) {
    if (picture.width < kShortestPictureSide || picture.height < kShortestPictureSide)
        throw PictureError(PictureVerdict::tooSmall, name,
                           "has " + std::to_string(picture.width) + " x " + std::to_string(picture.height) +
                               " pixels, too few to cut crops from (" + std::to_string(kShortestPictureSide) +
                               " a side): remove it");
}

} // namespace dinoscope
