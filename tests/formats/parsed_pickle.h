// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/pickle_machine.h"
#include "engine/support/check.h"
#include "tests/formats/pickle_writer.h"

#include <memory>

namespace dinoscope {

/// A pickle that was read, with what its values are views into. Its storages hold zeros.
struct ParsedPickle {
    explicit ParsedPickle(std::string pickle, std::uint64_t budgetBytes = 8 << 20, std::uint64_t storageBytes = 1 << 16)
        : bytes(std::move(pickle)), zeros(storageBytes), budget(name, budgetBytes), storages(name, storageBytes) {
        PickleMachine machine(std::as_bytes(std::span(bytes)), name, budget, storages, document);
        taken = machine.run();
        for (StorageSlot& slot : storages.slots())
            slot.bytes = std::span(zeros).first(slot.size());
        storages.bind();
    }
    const PickleValue& root() const { return document.root(); }

    std::string bytes;
    std::string name = "test.pkl";
    std::vector<std::byte> zeros;
    MemoryBudget budget;
    StorageTable storages;
    PickleDocument document;
    std::size_t taken = 0;
};

/// Parses the opcodes between PROTO and STOP.
inline std::unique_ptr<ParsedPickle> parsed(const std::string& opcodes) {
    return std::make_unique<ParsedPickle>(pickle::start() + opcodes + pickle::stop());
}

/// The sentence with which reading `run` is refused, or "" if it is not.
template <class Run> std::string refusalOf(Run run) {
    try {
        run();
        return "";
    } catch (const EngineError& error) {
        return error.error().message;
    }
}

inline std::string refusal(const std::string& opcodes) {
    return refusalOf([&] { parsed(opcodes); });
}

} // namespace dinoscope
