// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pickle_walk.h"

#include "engine/formats/format_error.h"
#include "engine/formats/stored_tensor.h"

#include <algorithm>
#include <limits>

namespace dinoscope {
namespace {

static_assert(PickleDocument::kMaxDepth < std::numeric_limits<std::uint8_t>::max());
static_assert(PickleDocument::kMaxPlaces < std::numeric_limits<std::uint32_t>::max() / 2);

constexpr std::string_view kAdvice = "Save the tensors alone with torch.save and open that file.";

const PickleValue** entrySlot(std::vector<PickleMap::Entry>& entries, std::size_t index) {
    if (index / 2 >= entries.size())
        return nullptr;
    PickleMap::Entry& entry = entries[index / 2];
    return index % 2 == 0 ? &entry.key : &entry.value;
}

} // namespace

PickleWalk::PickleWalk(std::size_t values, const std::string& path, std::uint64_t maxTensorBytes,
                       const PickleValue& cycle)
    : path_(path), maxTensorBytes_(maxTensorBytes), cycle_(cycle), notes_(values) {
    noteOf(cycle).state = Note::State::done;
}

void PickleWalk::visit(PickleValue& root) {
    enter(root);
    while (!frames_.empty()) {
        Frame& frame = frames_.back();
        const PickleValue** slot = childSlot(*frame.value, frame.next++);
        if (!slot) {
            leave();
            continue;
        }
        if (!*slot)
            continue;
        if (noteOf(**slot).state == Note::State::open)
            *slot = &cycle_;
        // The document owns its values; they are const for its readers alone.
        if (noteOf(**slot).state == Note::State::fresh)
            enter(const_cast<PickleValue&>(**slot));
        else
            count(noteOf(*frame.value), noteOf(**slot));
    }
}

/// The place where child `index` of a value is kept, which may hold nothing; null behind the last one.
const PickleValue** PickleWalk::childSlot(PickleValue& value, std::size_t index) {
    if (PickleSequence** sequence = std::get_if<PickleSequence*>(&value.content_))
        return index < (*sequence)->items.size() ? &(*sequence)->items[index] : nullptr;
    if (PickleMap** map = std::get_if<PickleMap*>(&value.content_))
        return entrySlot((*map)->entries_, index);
    PickleObject** object = std::get_if<PickleObject*>(&value.content_);
    if (!object)
        return nullptr;
    if (index < 2)
        return index == 0 ? &(*object)->arguments : &(*object)->state;
    index -= 2;
    if (index < (*object)->items.size())
        return &(*object)->items[index];
    return entrySlot((*object)->entries.entries_, index - (*object)->items.size());
}

void PickleWalk::enter(PickleValue& value) {
    if (frames_.size() >= PickleDocument::kMaxDepth)
        throwBadFile(path_, "nests its values more than " + std::to_string(PickleDocument::kMaxDepth) + " deep",
                     kAdvice);
    Note& note = noteOf(value);
    note.state = Note::State::open;
    if (const StoredTensor* tensor = value.tensor())
        note.tensorBytes = static_cast<std::uint64_t>(tensor->elements()) * elementSize(tensor->type);
    if (PickleMap** map = std::get_if<PickleMap*>(&value.content_))
        (*map)->settle();
    if (PickleObject** object = std::get_if<PickleObject*>(&value.content_))
        (*object)->entries.settle();
    frames_.push_back({&value, 0});
}

void PickleWalk::leave() {
    Note& note = noteOf(*frames_.back().value);
    note.state = Note::State::done;
    frames_.pop_back();
    if (!frames_.empty())
        count(noteOf(*frames_.back().value), note);
}

void PickleWalk::count(Note& parent, const Note& child) const {
    parent.height = std::max<std::uint8_t>(parent.height, static_cast<std::uint8_t>(child.height + 1));
    if (parent.height > PickleDocument::kMaxDepth)
        throwBadFile(path_, "nests its values more than " + std::to_string(PickleDocument::kMaxDepth) + " deep",
                     kAdvice);
    parent.places += child.places;
    if (parent.places > PickleDocument::kMaxPlaces)
        throwBadFile(path_, "repeats its values more than " + std::to_string(PickleDocument::kMaxPlaces) + " times",
                     kAdvice);
    // A tensor has at most as many bytes as the file, so the sum of two that were checked cannot overflow.
    parent.tensorBytes += child.tensorBytes;
    if (parent.tensorBytes > maxTensorBytes_)
        throwBadFile(path_, "shows the same bytes as tensors more than a few times", kAdvice);
}

} // namespace dinoscope
