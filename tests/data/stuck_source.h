// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dinoscope::testing {

/// A door that reads wait at until it is opened, as they do at a disk that does not answer.
class Latch {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    /// Blocks until so many wait at the door.
    void awaitWaiting(int threads) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_ >= threads; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

/// Pictures of one colour; reading picture `stuck` waits at a latch.
class StuckSource final : public ImageSource {
public:
    StuckSource(std::shared_ptr<Latch> latch, std::int64_t count, std::int64_t stuck)
        : latch_(std::move(latch)), count_(count), stuck_(stuck) {}
    std::int64_t count() const override { return count_; }
    int channels() const override { return 3; }
    std::string name() const override { return "stuck set"; }
    std::string fingerprint() const override { return "stuck"; }
    PictureView read(SampleIndex index, Image& buffer) const override { return readSmaller(index, buffer, {}); }
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override {
        if (index.value == stuck_)
            latch_->pass();
        if (choose) // as a decoder that has read the header at last
            choose({24, 20});
        buffer = Image{24, 20, 3, std::vector<std::uint8_t>(24 * 20 * 3, static_cast<std::uint8_t>(index.value))};
        return PictureView(buffer);
    }
    const std::vector<std::string>& classNames() const override { return none_; }
    std::optional<std::int32_t> label(SampleIndex) const override { return std::nullopt; }
    std::string pictureName(SampleIndex index) const override { return std::to_string(index.value) + ".png"; }
    std::string picturePlace(SampleIndex index) const override { return "/far/" + pictureName(index); }

private:
    const std::shared_ptr<Latch> latch_;
    const std::int64_t count_, stuck_;
    const std::vector<std::string> none_;
};

/// Waits for threads that were left behind to give up what they share: only they keep it.
template <class Shared> void awaitGone(const std::weak_ptr<Shared>& shared) {
    while (!shared.expired())
        std::this_thread::yield();
}

} // namespace dinoscope::testing
