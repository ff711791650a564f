// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/name_split.h"

#include "engine/api/param.h"
#include "engine/data/name_hash.h"

#include <memory>
#include <utility>
#include <vector>

namespace dinoscope {
namespace {

/// Some pictures of another source.
class SubsetSource final : public ImageSource {
public:
    SubsetSource(std::string name, std::string fingerprint, ImageSourcePtr whole, std::vector<std::int64_t> indices)
        : name_(std::move(name)), fingerprint_(std::move(fingerprint)), whole_(std::move(whole)),
          indices_(std::move(indices)) {}

    std::int64_t count() const override { return static_cast<std::int64_t>(indices_.size()); }
    int channels() const override { return whole_->channels(); }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    std::optional<PictureSize> uniformSize() const override { return whole_->uniformSize(); }
    PictureView read(SampleIndex index, Image& buffer) const override { return whole_->read(inWhole(index), buffer); }
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override {
        return whole_->readSmaller(inWhole(index), buffer, choose);
    }
    bool storesPictures() const override { return whole_->storesPictures(); }
    std::span<const std::uint8_t> storedPicture(SampleIndex index) const override {
        return whole_->storedPicture(inWhole(index));
    }
    PictureView decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                             const ChooseShrink& choose) const override {
        return whole_->decodeStored(inWhole(index), stored, buffer, choose);
    }
    const std::vector<std::string>& classNames() const override { return whole_->classNames(); }
    std::optional<std::int32_t> label(SampleIndex index) const override { return whole_->label(inWhole(index)); }
    std::string pictureName(SampleIndex index) const override { return whole_->pictureName(inWhole(index)); }
    std::string picturePlace(SampleIndex index) const override { return whole_->picturePlace(inWhole(index)); }

private:
    /// The whole one refuses numbers that are none.
    SampleIndex inWhole(SampleIndex index) const {
        const bool known = index.value >= 0 && index.value < count();
        return SampleIndex{known ? indices_[static_cast<std::size_t>(index.value)] : -1};
    }

    const std::string name_, fingerprint_;
    const ImageSourcePtr whole_;
    const std::vector<std::int64_t> indices_;
};

} // namespace

bool isTestName(const std::string& name, double share) {
    NameHash hash;
    hash.add(name);
    std::uint64_t bits = hash.value();
    bits = (bits ^ bits >> 33) * 0xff51afd7ed558ccdull;
    bits = (bits ^ bits >> 33) * 0xc4ceb9fe1a85ec53ull;
    bits ^= bits >> 33;
    return static_cast<double>(bits >> 11) * 0x1p-53 < share;
}

DataSets splitByName(DataSets sets, double share) {
    if (sets.test || !sets.train->labelled() || share <= 0)
        return sets;
    std::vector<std::int64_t> train, test;
    for (std::int64_t i = 0; i < sets.train->count(); ++i)
        (isTestName(sets.train->pictureName(SampleIndex{i}), share) ? test : train).push_back(i);
    const std::string shareText = formatParam(share);
    if (train.empty() || test.empty()) {
        sets.notes.push_back("No test set is there, and " + std::to_string(sets.train->count()) +
                             " pictures are too few to keep a share of " + shareText + " for one.");
        return sets;
    }
    sets.notes.push_back("No test set is there: " + std::to_string(test.size()) + " of " +
                         std::to_string(sets.train->count()) +
                         " pictures, chosen by a hash of their names, are kept for measuring and not trained on "
                         "(data.test_share is " +
                         shareText + ").");
    const auto part = [&](const char* what, std::vector<std::int64_t> indices) {
        return std::make_shared<SubsetSource>(sets.train->name() + ", " + what,
                                              sets.train->fingerprint() + ", " + what + " by " + shareText, sets.train,
                                              std::move(indices));
    };
    sets.test = part("test pictures", std::move(test));
    sets.train = part("training pictures", std::move(train));
    return sets;
}

} // namespace dinoscope
