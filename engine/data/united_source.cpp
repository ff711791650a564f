// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/united_source.h"

#include "engine/data/color_source.h"
#include "engine/data/name_hash.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace dinoscope {
namespace {

/// A source with what it is called and with its classes' numbers in the united set.
struct Part {
    std::string name;
    ImageSourcePtr source;
    std::vector<std::int32_t> labels;
    std::int64_t begin = 0; ///< number of its first picture in the united set
};

class UnitedSource final : public ImageSource {
public:
    UnitedSource(std::vector<Part> parts, std::vector<std::string> classNames)
        : parts_(std::move(parts)), classNames_(std::move(classNames)) {
        NameHash hash;
        for (Part& part : parts_) {
            part.begin = count_;
            count_ += part.source->count();
            name_ += (name_.empty() ? "" : " + ") + part.source->name();
            hash.add(part.source->fingerprint());
        }
        fingerprint_ = "united:" + std::to_string(count_) + ":" + hash.text();
    }

    std::int64_t count() const override { return count_; }
    int channels() const override { return parts_.front().source->channels(); }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    std::optional<PictureSize> uniformSize() const override {
        const auto size = parts_.front().source->uniformSize();
        const bool same = std::all_of(parts_.begin(), parts_.end(),
                                      [&](const Part& part) { return part.source->uniformSize() == size; });
        return same ? size : std::nullopt;
    }
    PictureView read(SampleIndex index, Image& buffer) const override {
        const Part& part = partOf(index);
        return part.source->read(inside(part, index), buffer);
    }
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override {
        const Part& part = partOf(index);
        return part.source->readSmaller(inside(part, index), buffer, choose);
    }
    bool storesPictures() const override {
        return std::any_of(parts_.begin(), parts_.end(),
                           [](const Part& part) { return part.source->storesPictures(); });
    }
    std::span<const std::uint8_t> storedPicture(SampleIndex index) const override {
        const Part& part = partOf(index);
        return part.source->storedPicture(inside(part, index));
    }
    PictureView decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                             const ChooseShrink& choose) const override {
        const Part& part = partOf(index);
        return part.source->decodeStored(inside(part, index), stored, buffer, choose);
    }
    const std::vector<std::string>& classNames() const override { return classNames_; }
    std::optional<std::int32_t> label(SampleIndex index) const override {
        const Part& part = partOf(index);
        const auto label = part.source->label(inside(part, index));
        return label ? std::optional(part.labels[static_cast<std::size_t>(*label)]) : std::nullopt;
    }
    std::string pictureName(SampleIndex index) const override {
        const Part& part = partOf(index);
        return part.name + "/" + part.source->pictureName(inside(part, index));
    }
    std::string picturePlace(SampleIndex index) const override {
        const Part& part = partOf(index);
        return part.source->picturePlace(inside(part, index));
    }
    std::int64_t storedBytes() const override {
        std::int64_t bytes = 0;
        for (const Part& part : parts_)
            bytes += part.source->storedBytes();
        return bytes;
    }
    Leftovers leftovers() const override {
        Leftovers all;
        for (const Part& part : parts_) {
            const Leftovers some = part.source->leftovers();
            all.otherFiles += some.otherFiles;
            all.unusable.insert(all.unusable.end(), some.unusable.begin(), some.unusable.end());
        }
        return all;
    }

private:
    /// A number that is none goes to a part, which refuses it.
    const Part& partOf(SampleIndex index) const {
        const auto behind = std::upper_bound(parts_.begin() + 1, parts_.end(), index.value,
                                             [](std::int64_t value, const Part& part) { return value < part.begin; });
        return *(behind - 1);
    }
    static SampleIndex inside(const Part& part, SampleIndex index) { return SampleIndex{index.value - part.begin}; }

    std::vector<Part> parts_;
    std::vector<std::string> classNames_;
    std::string name_, fingerprint_;
    std::int64_t count_ = 0;
};

std::vector<std::string> classesOf(const std::vector<NamedSets>& parts) {
    std::vector<std::string> all;
    for (const NamedSets& part : parts)
        for (const ImageSourcePtr& source : {part.sets.train, part.sets.test})
            for (const std::string& name : source ? source->classNames() : std::vector<std::string>())
                if (std::find(all.begin(), all.end(), name) == all.end())
                    all.push_back(name);
    return all;
}

ImageSourcePtr unite(const std::vector<NamedSets>& sets, ImageSourcePtr DataSets::*which, bool colors,
                     const std::vector<std::string>& classNames) {
    std::map<std::string, std::int32_t> numbers;
    for (const std::string& name : classNames)
        numbers.emplace(name, static_cast<std::int32_t>(numbers.size()));
    std::vector<Part> parts;
    for (const NamedSets& one : sets) {
        const ImageSourcePtr source = one.sets.*which;
        if (!source)
            continue;
        Part part{one.name, colors ? inColor(source) : source, {}, 0};
        for (const std::string& name : source->classNames())
            part.labels.push_back(numbers.at(name));
        parts.push_back(std::move(part));
    }
    return parts.empty() ? nullptr : std::make_shared<UnitedSource>(std::move(parts), classNames);
}

} // namespace

DataSets uniteSets(std::vector<NamedSets> parts) {
    const std::vector<std::string> classNames = classesOf(parts);
    const bool colors = std::any_of(parts.begin(), parts.end(), [](const NamedSets& part) {
        return part.sets.train->channels() == 3 || (part.sets.test && part.sets.test->channels() == 3);
    });
    DataSets united;
    united.train = unite(parts, &DataSets::train, colors, classNames);
    united.test = unite(parts, &DataSets::test, colors, classNames);
    for (const NamedSets& part : parts)
        united.notes.insert(united.notes.end(), part.sets.notes.begin(), part.sets.notes.end());
    return united;
}

} // namespace dinoscope
