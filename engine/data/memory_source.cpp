// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/memory_source.h"

#include "engine/support/check.h"

#include <zlib.h>

#include <algorithm>

namespace dinoscope {
namespace {

std::uint32_t checksum(std::uint32_t start, const void* data, std::size_t bytes) {
    return static_cast<std::uint32_t>(crc32_z(start, static_cast<const Bytef*>(data), bytes));
}

void checkPicture(const Image& picture, const Image& first, std::size_t index) {
    const auto bytes = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) *
                       static_cast<std::size_t>(picture.channels);
    const bool shaped = picture.width > 0 && picture.height > 0 && (picture.channels == 1 || picture.channels == 3);
    if (!shaped || picture.pixels.size() != bytes || picture.channels != first.channels)
        throw EngineError(ErrorCode::badInput, "data",
                          "picture " + std::to_string(index) + " has " + std::to_string(picture.pixels.size()) +
                              " bytes for " + std::to_string(picture.width) + " x " + std::to_string(picture.height) +
                              " x " + std::to_string(picture.channels) +
                              ": give every picture of a set its bytes and the same channels");
}

} // namespace

MemorySource::MemorySource(std::string name, std::vector<Image> pictures, std::vector<std::int32_t> labels,
                           std::vector<std::string> classNames)
    : name_(std::move(name)), pictures_(std::move(pictures)), labels_(std::move(labels)),
      classNames_(std::move(classNames)) {
    if (pictures_.empty())
        throw EngineError(ErrorCode::badInput, "data", name_ + " holds no picture: choose another set");
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
        checkPicture(pictures_[i], pictures_.front(), i);
        const std::int32_t shape[2] = {pictures_[i].width, pictures_[i].height};
        sum = checksum(checksum(sum, shape, sizeof shape), pictures_[i].pixels.data(), pictures_[i].pixels.size());
    }
    if (!labels_.empty() && labels_.size() != pictures_.size())
        throw EngineError(ErrorCode::badInput, "data",
                          name_ + " has " + std::to_string(labels_.size()) + " labels for " +
                              std::to_string(pictures_.size()) + " pictures: give one a picture, or none");
    for (std::int32_t label : labels_)
        if (label < -1 || label >= static_cast<std::int32_t>(classNames_.size()))
            throw EngineError(ErrorCode::badInput, "data",
                              name_ + " has the label " + std::to_string(label) + " but " +
                                  std::to_string(classNames_.size()) + " classes: name every class");
    sum = checksum(sum, labels_.data(), labels_.size() * sizeof(std::int32_t));
    fingerprint_ = "memory:" + std::to_string(pictures_.size()) + ":" + std::to_string(sum);
}

std::optional<PictureSize> MemorySource::uniformSize() const {
    const PictureSize size{pictures_.front().width, pictures_.front().height};
    const bool uniform = std::all_of(pictures_.begin(), pictures_.end(), [&](const Image& picture) {
        return PictureSize{picture.width, picture.height} == size;
    });
    return uniform ? std::optional(size) : std::nullopt;
}

PictureView MemorySource::read(SampleIndex index, Image&) const {
    return PictureView(pictures_.at(static_cast<std::size_t>(index.value)));
}

std::optional<std::int32_t> MemorySource::label(SampleIndex index) const {
    const auto i = static_cast<std::size_t>(index.value);
    return i < labels_.size() && labels_[i] >= 0 ? std::optional(labels_[i]) : std::nullopt;
}

std::string MemorySource::pictureName(SampleIndex index) const { return "picture " + std::to_string(index.value); }

} // namespace dinoscope
