// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/png_file.h"

#include "engine/formats/format_error.h"
#include "engine/formats/output_file.h"

#include <png.h>

#include <cstring>

namespace dinoscope {
namespace {

png_image describe(const Image& image) {
    png_image out;
    std::memset(&out, 0, sizeof out);
    out.version = PNG_IMAGE_VERSION;
    out.width = static_cast<png_uint_32>(image.width);
    out.height = static_cast<png_uint_32>(image.height);
    out.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    return out;
}

} // namespace

void writePng(const std::string& path, const Image& image) {
    png_image description = describe(image);
    png_alloc_size_t size = 0;
    std::string bytes;
    bool done = png_image_write_to_memory(&description, nullptr, &size, 0, image.pixels.data(), 0, nullptr) != 0;
    if (done) {
        bytes.resize(size);
        done = png_image_write_to_memory(&description, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) != 0;
    }
    if (!done)
        throwIoFailure(path, "written", description.message);
    bytes.resize(size);
    writeWholeFile(path, [&](DurableFile& file) { file.write(bytes); });

    png_image found = describe(image);
    std::vector<std::uint8_t> pixels(image.pixels.size());
    const bool same = png_image_begin_read_from_file(&found, path.c_str()) != 0 &&
                      found.width == static_cast<png_uint_32>(image.width) &&
                      found.height == static_cast<png_uint_32>(image.height) &&
                      (found.format = describe(image).format,
                       png_image_finish_read(&found, nullptr, pixels.data(), 0, nullptr) != 0) &&
                      pixels == image.pixels;
    png_image_free(&found);
    if (!same)
        throwIoFailure(path, "read again", "it does not hold the picture that was written");
}

} // namespace dinoscope
