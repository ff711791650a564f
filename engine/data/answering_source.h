// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/wrapped_source.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace dinoscope {

/// The same pictures for a thread that must not be held up by them: each is read in a thread of its own, and a read
/// that takes longer than `patience` is left behind and fails with EngineError(io). As long as it has not returned,
/// every read fails at once.
class AnsweringSource final : public WrappedSource {
public:
    AnsweringSource(ImageSourcePtr source, std::chrono::milliseconds patience)
        : WrappedSource(std::move(source)), patience_(patience) {}

    PictureView read(SampleIndex index, Image& buffer) const override;
    /// `choose` is kept until the read returns: it may refer to nothing that does not live so long.
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    /// As readSmaller().
    PictureView glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;

private:
    using Read = std::function<PictureView(const ImageSource&, Image&)>;
    PictureView inTime(SampleIndex index, Image& buffer, Read read) const;

    const std::chrono::milliseconds patience_;
    const std::shared_ptr<std::atomic<int>> stuck_ = std::make_shared<std::atomic<int>>(0); ///< reads left behind
};

} // namespace dinoscope
