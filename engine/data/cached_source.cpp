// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/cached_source.h"

#include <functional>
#include <new>
#include <utility>

namespace dinoscope {

CachedSource::CachedSource(ImageSourcePtr source, std::int64_t budget)
    : WrappedSource(std::move(source)), entries_(static_cast<std::size_t>(source_->count())) {
    state_.budget = budget;
}

CachedSource::Entry CachedSource::entry(SampleIndex index) const {
    const std::lock_guard lock(mutex_);
    const auto i = static_cast<std::size_t>(index.value);
    return i < entries_.size() ? entries_[i] : Entry{};
}

PictureView CachedSource::read(SampleIndex index, Image& buffer) const { return readSmaller(index, buffer, {}); }

PictureView CachedSource::readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
    Entry kept = entry(index);
    if (kept.decoded) {
        const Decoded& decoded = *kept.decoded;
        const int asked = decoded.asked == 0 ? 0 : choose ? choose(decoded.whole) : 1;
        if (asked == decoded.asked) {
            const std::lock_guard lock(mutex_);
            ++state_.decodedHits;
            PictureView view(decoded.image);
            view.shrink = decoded.shrink;
            return view;
        }
    }
    std::span<const std::uint8_t> bytes;
    if (kept.stored) {
        bytes = *kept.stored;
        const std::lock_guard lock(mutex_);
        ++state_.storedHits;
    } else {
        bytes = source_->storedPicture(index);
        if (bytes.empty()) // in memory already, or a file without contents, which is to be refused
            return source_->readSmaller(index, buffer, choose);
        kept.stored = keepStored(index, bytes);
    }
    PictureSize whole;
    int asked = 0;
    const auto ask = [&](PictureSize size) {
        whole = size;
        return asked = choose ? choose(size) : 1;
    };
    const PictureView view = source_->decodeStored(index, bytes, buffer, std::cref(ask));
    if (!kept.decoded)
        keepDecoded(index, view, whole, asked);
    return view;
}

PictureView CachedSource::glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
    const Entry kept = entry(index);
    if (kept.decoded) {
        PictureView view(kept.decoded->image);
        view.shrink = kept.decoded->shrink;
        return view;
    }
    return kept.stored ? source_->decodeStored(index, *kept.stored, buffer, choose)
                       : source_->glance(index, buffer, choose);
}

std::shared_ptr<const CachedSource::Bytes> CachedSource::keepStored(SampleIndex index,
                                                                    std::span<const std::uint8_t> bytes) const {
    const auto size = static_cast<std::int64_t>(bytes.size());
    {
        const std::lock_guard lock(mutex_);
        ++state_.misses;
        state_.readBytes += size;
        if (state_.bytes() + size > state_.budget)
            return nullptr;
        state_.storedBytes += size; // promised before the lock is given up
    }
    std::shared_ptr<const Bytes> kept;
    try {
        kept = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
    } catch (const std::bad_alloc&) { // the cache has what it can have
    }
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[static_cast<std::size_t>(index.value)];
    if (!kept || entry.stored) { // another thread was faster
        state_.storedBytes -= size;
        return kept;
    }
    keptPictures_ += entry.decoded ? 0 : 1;
    entry.stored = kept;
    ++state_.storedPictures;
    return kept;
}

/// What the files take that were not kept yet, if they are like those that were read.
std::int64_t CachedSource::bytesStillToStore() const {
    return state_.misses == 0 ? 0 : (source_->count() - keptPictures_) * (state_.readBytes / state_.misses);
}

void CachedSource::keepDecoded(SampleIndex index, const PictureView& picture, PictureSize whole, int asked) const {
    const std::int64_t size = std::int64_t{picture.width} * picture.height * picture.channels;
    {
        const std::lock_guard lock(mutex_);
        const bool firstEpoch = state_.misses + state_.storedHits + state_.decodedHits <= source_->count();
        if (firstEpoch || state_.bytes() + size + bytesStillToStore() > state_.budget)
            return;
        state_.decodedBytes += size;
    }
    auto decoded = std::make_shared<Decoded>();
    decoded->whole = whole;
    decoded->asked = asked;
    decoded->shrink = picture.shrink;
    try {
        decoded->image = {picture.width, picture.height, picture.channels,
                          std::vector<std::uint8_t>(picture.pixels, picture.pixels + size)};
    } catch (const std::bad_alloc&) {
    }
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[static_cast<std::size_t>(index.value)];
    if (entry.decoded || decoded->image.pixels.empty()) {
        state_.decodedBytes -= size;
        return;
    }
    keptPictures_ += entry.stored ? 0 : 1;
    entry.decoded = std::move(decoded);
    ++state_.decodedPictures;
    if (picture.shrink == 1 && entry.stored) {
        state_.storedBytes -= static_cast<std::int64_t>(entry.stored->size());
        --state_.storedPictures;
        entry.stored.reset();
    }
}

std::optional<CacheState> CachedSource::cacheState() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

ImageSourcePtr cached(ImageSourcePtr source, std::int64_t budget) {
    if (!source || !source->storesPictures() || budget <= 0)
        return source;
    return std::make_shared<CachedSource>(std::move(source), budget);
}

} // namespace dinoscope
