// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/known_global.h"
#include "engine/formats/pickle_value.h"
#include "engine/formats/stored_tensor.h"

#include <deque>
#include <string>

namespace dinoscope {

/// Where the values of a document live: places that never move.
struct PickleDocument::Arena {
    /// An object and what the reader has to remember of it.
    struct Instance : PickleObject {
        KnownGlobal known = KnownGlobal::unknown;
        StorageSlot* storage = nullptr; ///< for a reference to a storage
    };

    std::deque<PickleValue> values;
    std::deque<PickleSequence> sequences;
    std::deque<PickleMap> maps;
    std::deque<StoredTensor> tensors;
    std::deque<Instance> instances;
    std::deque<std::string> texts; ///< text and bytes that do not stand in the file as they are
};

} // namespace dinoscope
