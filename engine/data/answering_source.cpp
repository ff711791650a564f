// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/answering_source.h"

#include "engine/data/reading_threads.h"
#include "engine/support/check.h"

#include <utility>

namespace dinoscope {
namespace {

/// A picture with the memory that was given for it.
struct Found {
    Image buffer;
    PictureView view;
};

/// Counts a read as long as it lasts.
class Counted {
public:
    explicit Counted(std::atomic<int>& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    std::atomic<int>& count_;
};

[[noreturn]] void fail(const std::string& place, const char* what) {
    throw EngineError(ErrorCode::io, "data", place + what + ": look after its disk or network, then try again");
}

} // namespace

PictureView AnsweringSource::inTime(SampleIndex index, Image& buffer, Read read) const {
    const std::string place = source_->picturePlace(index);
    if (*stuck_ > 0)
        fail(place, " cannot be read, since the picture that was asked for before has not come yet");
    ReadingTask<Found> task(place, [source = source_, stuck = stuck_, read = std::move(read)] {
        const Counted counted(*stuck);
        Found found;
        found.view = read(*source, found.buffer);
        return found;
    });
    if (!task.wait(patience_)) {
        task.end(std::chrono::milliseconds(0));
        fail(place, " does not answer");
    }
    Found found = task.take();
    buffer = std::move(found.buffer); // its memory, which the view may point to, stays where it is
    return found.view;
}

PictureView AnsweringSource::read(SampleIndex index, Image& buffer) const {
    return inTime(index, buffer, [index](const ImageSource& s, Image& to) { return s.read(index, to); });
}

PictureView AnsweringSource::readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
    return inTime(index, buffer,
                  [index, choose](const ImageSource& s, Image& to) { return s.readSmaller(index, to, choose); });
}

PictureView AnsweringSource::glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
    return inTime(index, buffer,
                  [index, choose](const ImageSource& s, Image& to) { return s.glance(index, to, choose); });
}

} // namespace dinoscope
