// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/source_opening.h"

#include "engine/support/check.h"

#include <utility>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};
constexpr std::chrono::milliseconds kGivenUpPatience{500}; ///< a folder that answers takes less

SourceOptions watched(SourceOptions options, const OpenWatchPtr& watch) {
    options.watch = watch;
    return options;
}

} // namespace

SourceOpening::SourceOpening(const std::string& path, SourceOptions options)
    : watch_(options.watch ? options.watch : std::make_shared<OpenWatch>()),
      task_(path, [path, options = watched(std::move(options), watch_)] { return openSource(path, options); }) {}

SourceOpening::~SourceOpening() {
    watch_->giveUp();
    task_.end(kGivenUpPatience);
}

DataSets openSource(const std::string& path, const SourceOptions& options,
                    const std::function<bool(const WorkProgress&)>& goOn) {
    SourceOpening opening(path, options);
    do {
        if (!goOn(opening.progress()))
            throw EngineError(ErrorCode::cancelled, "data", "Looking for pictures was given up.");
    } while (!opening.wait(kBetweenLooks));
    return opening.take();
}

} // namespace dinoscope
