// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/idx_source.h"

#include "engine/support/check.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace dinoscope {
namespace {

constexpr std::int64_t kLargestSide = 16384;

std::uint32_t checksum(const std::vector<std::uint8_t>& bytes) {
    return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

// CRC-32 of the label values of Fashion-MNIST's two parts.
constexpr std::uint32_t kFashionTrainLabels = 0x2ed6e46a;
constexpr std::uint32_t kFashionTestLabels = 0x242bc73f;

std::vector<std::string> fashionClasses() {
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "data", file.string() + " " + what);
}

} // namespace

IdxSource::IdxSource(std::string name, const std::filesystem::path& pictures, const std::filesystem::path& labels)
    : name_(std::move(name)) {
    takePictures(pictures);
    for (const std::filesystem::path& file : {pictures, labels})
        if (std::error_code error; !file.empty())
            storedBytes_ += static_cast<std::int64_t>(std::filesystem::file_size(file, error));
    std::uint32_t labelSum = 0;
    if (!labels.empty()) {
        takeLabels(labels);
        labelSum = checksum(labels_);
    }
    if (labelSum == kFashionTrainLabels || labelSum == kFashionTestLabels) {
        classNames_ = fashionClasses();
        name_ = "Fashion-MNIST, " + name_;
    }
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "idx:%lldx%dx%dx%d:%08x:%08x", static_cast<long long>(count_), height_,
                  width_, channels_, checksum(pixels_), labelSum);
    fingerprint_ = text.data();
}

void IdxSource::takePictures(const std::filesystem::path& file) {
    IdxArray array = readIdx(file);
    const auto& d = array.dimensions;
    if (d.size() != 3 && d.size() != 4)
        fail(file, "has " + std::to_string(d.size()) +
                       " dimension(s), pictures have 3 (count, height, width) or 4: choose the "
                       "file of pictures, not that of labels");
    if (d.size() == 4 && d[3] != 1 && d[3] != 3)
        fail(file, "has " + std::to_string(d[3]) + " channels, pictures have 1 or 3: convert it to grey or RGB");
    if (d[1] > kLargestSide || d[2] > kLargestSide)
        fail(file, "holds pictures of " + std::to_string(d[2]) + " x " + std::to_string(d[1]) +
                       " pixels, the largest side is " + std::to_string(kLargestSide) + ": make them smaller");
    count_ = d[0];
    height_ = static_cast<int>(d[1]);
    width_ = static_cast<int>(d[2]);
    channels_ = d.size() == 4 ? static_cast<int>(d[3]) : 1;
    pixels_ = std::move(array.values);
}

void IdxSource::takeLabels(const std::filesystem::path& file) {
    IdxArray array = readIdx(file);
    if (array.dimensions.size() != 1)
        fail(file, "has " + std::to_string(array.dimensions.size()) +
                       " dimensions, labels have 1: put the labels file of the set there, or remove it");
    if (array.dimensions[0] != count_)
        fail(file, "holds " + std::to_string(array.dimensions[0]) + " labels for " + std::to_string(count_) +
                       " pictures: put the labels file of the same set there, or remove it");
    labels_ = std::move(array.values);
    const int classes = *std::max_element(labels_.begin(), labels_.end()) + 1;
    for (int c = 0; c < classes; ++c)
        classNames_.push_back("class " + std::to_string(c));
}

PictureView IdxSource::read(SampleIndex index, Image&) const {
    if (index.value < 0 || index.value >= count_)
        throw EngineError(ErrorCode::notFound, "data",
                          name_ + " has no picture " + std::to_string(index.value) + ": its numbers go from 0 to " +
                              std::to_string(count_ - 1));
    const std::int64_t bytes = static_cast<std::int64_t>(width_) * height_ * channels_;
    return {pixels_.data() + index.value * bytes, width_, height_, channels_};
}

std::optional<std::int32_t> IdxSource::label(SampleIndex index) const {
    const auto i = static_cast<std::size_t>(index.value);
    return i < labels_.size() ? std::optional<std::int32_t>(labels_[i]) : std::nullopt;
}

std::string IdxSource::pictureName(SampleIndex index) const { return "picture " + std::to_string(index.value); }

std::filesystem::path findIdxPictures(const std::filesystem::path& folder, bool training) {
    const std::string part = training ? "train" : "t10k";
    for (const char* ending : {"-images-idx3-ubyte", "-images.idx3-ubyte"})
        for (const char* packed : {"", ".gz"}) {
            std::error_code error;
            std::filesystem::path file = folder / (part + ending + packed);
            if (std::filesystem::is_regular_file(file, error))
                return file;
        }
    return {};
}

std::filesystem::path findIdxLabels(const std::filesystem::path& pictures) {
    std::string stem = pictures.filename().string();
    if (stem.ends_with(".gz"))
        stem.resize(stem.size() - 3);
    const auto images = stem.rfind("images");
    if (images == std::string::npos)
        return {};
    stem.replace(images, 6, "labels");
    if (const auto rank = stem.find("idx3", images); rank != std::string::npos)
        stem.replace(rank, 4, "idx1");
    for (const char* packed : {"", ".gz"}) {
        std::error_code error;
        std::filesystem::path file = pictures.parent_path() / (stem + packed);
        if (std::filesystem::is_regular_file(file, error))
            return file;
    }
    return {};
}

} // namespace dinoscope
