// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pickle_value.h"

#include "engine/formats/pickle_arena.h"

#include <algorithm>

namespace dinoscope {
namespace {

template <class T, class Content> std::optional<T> valueOf(const Content& content) {
    const T* value = std::get_if<T>(&content);
    return value ? std::optional<T>(*value) : std::nullopt;
}

template <class T, class Content> T* pointerOf(const Content& content) {
    T* const* pointer = std::get_if<T*>(&content);
    return pointer ? *pointer : nullptr;
}

const PickleValue kNone;

} // namespace

PickleValue::Kind PickleValue::kind() const {
    struct Answer {
        Kind operator()(std::monostate) const { return Kind::none; }
        Kind operator()(bool) const { return Kind::boolean; }
        Kind operator()(std::int64_t) const { return Kind::integer; }
        Kind operator()(double) const { return Kind::real; }
        Kind operator()(std::string_view) const { return Kind::text; }
        Kind operator()(std::span<const std::byte>) const { return Kind::bytes; }
        Kind operator()(const PickleSequence* sequence) const { return sequence->kind; }
        Kind operator()(const PickleMap*) const { return Kind::map; }
        Kind operator()(const StoredTensor*) const { return Kind::tensor; }
        Kind operator()(const PickleObject*) const { return Kind::object; }
    };
    return std::visit(Answer{}, content_);
}

std::optional<bool> PickleValue::boolean() const { return valueOf<bool>(content_); }

std::optional<std::int64_t> PickleValue::integer() const { return valueOf<std::int64_t>(content_); }

std::optional<double> PickleValue::real() const { return valueOf<double>(content_); }

std::optional<std::string_view> PickleValue::text() const { return valueOf<std::string_view>(content_); }

std::optional<std::span<const std::byte>> PickleValue::bytes() const {
    return valueOf<std::span<const std::byte>>(content_);
}

const PickleMap* PickleValue::map() const { return pointerOf<PickleMap>(content_); }

const StoredTensor* PickleValue::tensor() const { return pointerOf<StoredTensor>(content_); }

const PickleObject* PickleValue::object() const { return pointerOf<PickleObject>(content_); }

std::optional<double> PickleValue::number() const {
    if (const auto whole = integer())
        return static_cast<double>(*whole);
    return real();
}

std::span<const PickleValue* const> PickleValue::items() const {
    const PickleSequence* sequence = pointerOf<PickleSequence>(content_);
    return sequence ? std::span<const PickleValue* const>(sequence->items) : std::span<const PickleValue* const>();
}

const PickleValue* PickleValue::find(std::string_view key) const {
    if (const PickleMap* entries = map())
        return entries->find(key);
    const PickleObject* instance = object();
    if (!instance)
        return nullptr;
    if (const PickleValue* entry = instance->entries.find(key))
        return entry;
    return instance->attributes() ? instance->attributes()->find(key) : nullptr;
}

namespace {

/// Integers before text; only these two kinds are compared.
bool keyBelow(const PickleValue& a, const PickleValue& b) {
    const auto whole = a.integer();
    const auto otherWhole = b.integer();
    if (whole && otherWhole)
        return *whole < *otherWhole;
    if (whole || otherWhole)
        return whole.has_value();
    return *a.text() < *b.text();
}

template <class Key, class Read>
const PickleValue* findKey(std::span<const PickleMap::Entry> entries, const std::vector<std::uint32_t>& sorted,
                           const Key& key, bool integersFirst, Read read) {
    const auto below = [&](std::uint32_t i, const Key& wanted) {
        const auto own = read(*entries[i].key);
        return own ? *own < wanted : integersFirst;
    };
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), key, below);
    if (found == sorted.end())
        return nullptr;
    const auto own = read(*entries[*found].key);
    return own && *own == key ? entries[*found].value : nullptr;
}

} // namespace

const PickleValue* PickleMap::find(std::string_view key) const {
    return findKey(entries_, sorted_, key, true, [](const PickleValue& k) { return k.text(); });
}

const PickleValue* PickleMap::find(std::int64_t key) const {
    return findKey(entries_, sorted_, key, false, [](const PickleValue& k) { return k.integer(); });
}

void PickleMap::settle() {
    std::vector<std::uint32_t> order;
    order.reserve(entries_.size());
    for (std::uint32_t i = 0; i < entries_.size(); ++i)
        if (entries_[i].key->integer() || entries_[i].key->text())
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return keyBelow(*entries_[a].key, *entries_[b].key); });
    std::size_t repeated = 0;
    for (std::size_t i = 0; i < order.size();) {
        std::size_t next = i + 1;
        for (; next < order.size() && !keyBelow(*entries_[order[i]].key, *entries_[order[next]].key); ++next) {
            entries_[order[i]].value = entries_[order[next]].value;
            entries_[order[next]].key = nullptr;
            ++repeated;
        }
        i = next;
    }
    if (repeated > 0) {
        std::erase_if(entries_, [](const Entry& entry) { return entry.key == nullptr; });
        settle();
        return;
    }
    sorted_ = std::move(order);
}

PickleDocument::PickleDocument() : root_(&kNone) {}
PickleDocument::~PickleDocument() = default;
PickleDocument::PickleDocument(PickleDocument&&) noexcept = default;
PickleDocument& PickleDocument::operator=(PickleDocument&&) noexcept = default;

} // namespace dinoscope
