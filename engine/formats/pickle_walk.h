// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/pickle_value.h"

#include <string>

namespace dinoscope {

/// Makes what can be reached from a root safe to walk: sorts the keys of maps, cuts cycles, and refuses what is too
/// deep or would repeat shared values too often. Looks at each value once.
class PickleWalk {
public:
    /// What is known of a value; there is one for every value of the document.
    struct Note {
        enum class State : std::uint8_t { fresh, open, done };
        State state = State::fresh;
        std::uint8_t height = 1;       ///< values on the longest way down
        std::uint32_t places = 1;      ///< values in a walk from here that visits shared ones again
        std::uint64_t tensorBytes = 0; ///< bytes of the tensors in that walk
    };

    /// `cycle` is put where a value would contain itself. `path` is for sentences and must outlive this.
    PickleWalk(std::size_t values, const std::string& path, std::uint64_t maxTensorBytes, const PickleValue& cycle);

    /// @throws EngineError(badInput)
    void visit(PickleValue& root);

private:
    struct Frame {
        PickleValue* value;
        std::size_t next;
    };

    static const PickleValue** childSlot(PickleValue& value, std::size_t index);
    void enter(PickleValue& value);
    void leave();
    void count(Note& parent, const Note& child) const;
    Note& noteOf(const PickleValue& value) { return notes_[value.number_]; }

    const std::string& path_;
    std::uint64_t maxTensorBytes_;
    const PickleValue& cycle_;
    std::vector<Note> notes_;
    std::vector<Frame> frames_;
};

} // namespace dinoscope
