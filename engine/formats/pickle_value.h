// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dinoscope {

class PickleBuilder;
class PickleDocument;
class PickleMap;
class PickleWalk;
struct PickleObject;
struct PickleSequence;
struct StoredTensor;

/// One value of a pickle that was read without running anything. Values belong to a PickleDocument and live as long as
/// it. Several places may hold the same value. What can be reached from PickleDocument::root() is safe to walk by plain
/// recursion: it has no cycle (a place where a value would contain itself holds an object named kCycleName), is at most
/// PickleDocument::kMaxDepth deep, and a walk that visits shared values once for every place ends after at most
/// PickleDocument::kMaxPlaces of them.
class PickleValue {
public:
    enum class Kind { none, boolean, integer, real, text, bytes, list, tuple, set, map, tensor, object };
    static constexpr std::string_view kCycleName = "(contains itself)";

    Kind kind() const;
    bool isNone() const { return kind() == Kind::none; }

    /// Each of these answers only for its own kind: nothing or null for every other.
    std::optional<bool> boolean() const;
    std::optional<std::int64_t> integer() const;
    std::optional<double> real() const;
    /// Valid UTF-8.
    std::optional<std::string_view> text() const;
    std::optional<std::span<const std::byte>> bytes() const;
    const PickleMap* map() const;
    const StoredTensor* tensor() const;
    const PickleObject* object() const;

    /// An integer or a real.
    std::optional<double> number() const;
    /// The items of a list, tuple or set (sets in the order of the file); empty for every other kind.
    std::span<const PickleValue* const> items() const;
    /// The value under a text key of a map, or an object's entry or attribute of that name; null if there is none or
    /// for every other kind.
    const PickleValue* find(std::string_view key) const;

private:
    friend class PickleBuilder;
    friend class PickleWalk;
    using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string_view,
                                 std::span<const std::byte>, PickleSequence*, PickleMap*, StoredTensor*, PickleObject*>;

    Content content_;
    std::uint32_t number_ = 0; // place in the document's arena
};

/// The items of a list, a tuple or a set.
struct PickleSequence {
    PickleValue::Kind kind = PickleValue::Kind::list;
    std::vector<const PickleValue*> items;
};

/// A dict or OrderedDict: entries in the order of insertion. Text and integer keys occur once each, as in Python: a
/// later value replaces the earlier one in its place.
class PickleMap {
public:
    struct Entry {
        const PickleValue* key;
        const PickleValue* value;
    };

    std::span<const Entry> entries() const { return entries_; }
    /// Null if there is none. Logarithmic in the number of entries.
    const PickleValue* find(std::string_view key) const;
    const PickleValue* find(std::int64_t key) const;

private:
    friend class PickleBuilder;
    friend class PickleWalk;

    /// Sorts the keys and lets a later value of a key replace the earlier one.
    void settle();

    std::vector<Entry> entries_;
    std::vector<std::uint32_t> sorted_; // entries with an integer or a text key, in the order of their keys
};

/// What a pickle says about an instance of a class, or about a class or function itself, that this program neither
/// looks up nor calls: argparse.Namespace, and everything it does not know.
struct PickleObject {
    std::string_view name; ///< "module.name"
    const PickleValue* arguments =
        nullptr; ///< the tuple it would have been called with; null for the bare class or function
    const PickleValue* state =
        nullptr; ///< what it would have been restored from, a map of attributes as a rule; may be null
    std::vector<const PickleValue*> items; ///< what would have been appended to it
    PickleMap entries;                     ///< what would have been set in it by key

    /// The attributes; null if the state is not a map.
    const PickleMap* attributes() const { return state ? state->map() : nullptr; }
};

/// The values of one pickle. Constant once it is read, so any thread may read. Move it and the values stay where they
/// are.
class PickleDocument {
public:
    static constexpr std::uint32_t kMaxDepth = 200;
    static constexpr std::uint64_t kMaxPlaces = 10'000'000;

    PickleDocument();
    ~PickleDocument();
    PickleDocument(PickleDocument&&) noexcept;
    PickleDocument& operator=(PickleDocument&&) noexcept;

    /// None if nothing was read.
    const PickleValue& root() const { return *root_; }
    /// Names ("module.name") of the classes and functions that are not known, in the order of the file, each once.
    const std::vector<std::string>& unknownGlobals() const { return unknownGlobals_; }

private:
    friend class PickleBuilder;
    struct Arena;

    std::unique_ptr<Arena> arena_;
    const PickleValue* root_ = nullptr;
    std::vector<std::string> unknownGlobals_;
};

} // namespace dinoscope
