// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/memory_budget.h"
#include "engine/formats/pickle_arena.h"

#include <set>

namespace dinoscope {

/// Makes the values of one document, charging each to a budget, and hands over a root that is safe to walk.
class PickleBuilder {
public:
    using Instance = PickleDocument::Arena::Instance;
    using Values = std::span<PickleValue* const>;

    /// At most this many values, whatever the budget.
    static constexpr std::size_t kMaxValues = 100'000'000;

    /// `path` is for sentences; all of them must outlive this.
    PickleBuilder(PickleDocument& document, MemoryBudget& budget, const std::string& path);

    PickleValue* none() { return none_; }
    PickleValue* boolean(bool value) { return value ? true_ : false_; }
    PickleValue* integer(std::int64_t value) { return add(value); }
    PickleValue* real(double value) { return add(value); }
    PickleValue* text(std::string_view value) { return add(value); }
    PickleValue* bytes(std::span<const std::byte> value) { return add(value); }
    /// Copies into the document.
    std::string_view keep(std::string value);
    PickleValue* sequence(PickleValue::Kind kind, std::span<const PickleValue* const> items);
    PickleValue* map();
    PickleValue* tensor(StoredTensor value);
    /// `name` must live as long as the document.
    PickleValue* instance(std::string_view name, KnownGlobal known);

    static Instance* instanceOf(PickleValue& value);
    static const Instance* instanceOf(const PickleValue& value);
    static StoredTensor* tensorOf(PickleValue& value);
    static PickleSequence* sequenceOf(PickleValue& value);

    /// Adds to a list, a set or an object; false for every other kind.
    bool append(PickleValue& target, Values items);
    /// Adds keys and values in turn to a map or an object; false for every other kind.
    bool setItems(PickleValue& target, Values keysAndValues);
    bool setItem(PickleValue& target, const PickleValue& key, const PickleValue& value);
    void noteUnknown(std::string_view name);

    /// Makes `root` the document's root: sorts the keys of maps, cuts cycles, and counts depth, places and bytes of
    /// tensors (each tensor once for every place; at most `maxTensorBytes`).
    void finish(PickleValue& root, std::uint64_t maxTensorBytes);

    MemoryBudget& budget() { return budget_; }

private:
    PickleValue* add(PickleValue::Content content);
    static PickleMap* mapOf(PickleValue& value);

    PickleDocument& document_;
    PickleDocument::Arena& arena_;
    MemoryBudget& budget_;
    const std::string& path_;
    std::set<std::string_view> unknown_;
    PickleValue* none_ = nullptr;
    PickleValue* true_ = nullptr;
    PickleValue* false_ = nullptr;
};

} // namespace dinoscope
