// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pickle_builder.h"

#include "engine/formats/pickle_walk.h"

namespace dinoscope {
namespace {

// What the values cost in memory, with the allocator's overhead and with the old buffer of a vector that grows.
constexpr std::uint64_t kBlock = 32;
constexpr std::uint64_t kPerValue = sizeof(PickleValue) + sizeof(PickleWalk::Note) + 4;
constexpr std::uint64_t kPerItem = 3 * sizeof(void*);
constexpr std::uint64_t kPerEntry = 3 * sizeof(PickleMap::Entry) + 3 * sizeof(std::uint32_t);

} // namespace

PickleBuilder::PickleBuilder(PickleDocument& document, MemoryBudget& budget, const std::string& path)
    : document_(document), arena_(*(document.arena_ = std::make_unique<PickleDocument::Arena>())), budget_(budget),
      path_(path) {
    none_ = add(std::monostate());
    true_ = add(true);
    false_ = add(false);
}

PickleValue* PickleBuilder::add(PickleValue::Content content) {
    budget_.charge(kPerValue);
    if (arena_.values.size() >= kMaxValues)
        throwBadFile(path_, "holds more values than this program reads",
                     "Save the tensors alone with torch.save and open that file.");
    PickleValue& added = arena_.values.emplace_back();
    added.content_ = content;
    added.number_ = static_cast<std::uint32_t>(arena_.values.size() - 1);
    return &added;
}

std::string_view PickleBuilder::keep(std::string value) {
    budget_.charge(sizeof(std::string) + kBlock + value.capacity());
    return arena_.texts.emplace_back(std::move(value));
}

PickleValue* PickleBuilder::sequence(PickleValue::Kind kind, std::span<const PickleValue* const> items) {
    budget_.charge(sizeof(PickleSequence) + kBlock + kPerItem * items.size());
    PickleSequence& added = arena_.sequences.emplace_back();
    added.kind = kind;
    added.items.assign(items.begin(), items.end());
    return add(&added);
}

PickleValue* PickleBuilder::map() {
    budget_.charge(sizeof(PickleMap) + 2 * kBlock);
    return add(&arena_.maps.emplace_back());
}

PickleValue* PickleBuilder::tensor(StoredTensor value) {
    budget_.charge(sizeof(StoredTensor) + 2 * kBlock + 2 * sizeof(std::int64_t) * value.shape.size());
    return add(&arena_.tensors.emplace_back(std::move(value)));
}

PickleValue* PickleBuilder::instance(std::string_view name, KnownGlobal known) {
    budget_.charge(sizeof(Instance) + 2 * kBlock);
    Instance& added = arena_.instances.emplace_back();
    added.name = name;
    added.known = known;
    return add(static_cast<PickleObject*>(&added));
}

PickleBuilder::Instance* PickleBuilder::instanceOf(PickleValue& value) {
    PickleObject** object = std::get_if<PickleObject*>(&value.content_);
    return object ? static_cast<Instance*>(*object) : nullptr;
}

const PickleBuilder::Instance* PickleBuilder::instanceOf(const PickleValue& value) {
    return static_cast<const Instance*>(value.object());
}

StoredTensor* PickleBuilder::tensorOf(PickleValue& value) {
    StoredTensor** tensor = std::get_if<StoredTensor*>(&value.content_);
    return tensor ? *tensor : nullptr;
}

PickleSequence* PickleBuilder::sequenceOf(PickleValue& value) {
    PickleSequence** sequence = std::get_if<PickleSequence*>(&value.content_);
    return sequence ? *sequence : nullptr;
}

PickleMap* PickleBuilder::mapOf(PickleValue& value) {
    if (Instance* object = instanceOf(value))
        return &object->entries;
    PickleMap** map = std::get_if<PickleMap*>(&value.content_);
    return map ? *map : nullptr;
}

bool PickleBuilder::append(PickleValue& target, Values items) {
    budget_.charge(kPerItem * items.size());
    if (Instance* object = instanceOf(target)) {
        object->items.insert(object->items.end(), items.begin(), items.end());
        return true;
    }
    PickleSequence* sequence = sequenceOf(target);
    if (!sequence || sequence->kind == PickleValue::Kind::tuple)
        return false;
    sequence->items.insert(sequence->items.end(), items.begin(), items.end());
    return true;
}

bool PickleBuilder::setItem(PickleValue& target, const PickleValue& key, const PickleValue& value) {
    PickleMap* map = mapOf(target);
    if (!map)
        return false;
    // Keys are compared with each other, and a pickle may use one long text for many of them.
    budget_.charge(kPerEntry + (key.text() ? key.text()->size() : 0));
    map->entries_.push_back({&key, &value});
    return true;
}

bool PickleBuilder::setItems(PickleValue& target, Values keysAndValues) {
    if (!mapOf(target) || keysAndValues.size() % 2 != 0)
        return false;
    for (std::size_t i = 0; i < keysAndValues.size(); i += 2)
        setItem(target, *keysAndValues[i], *keysAndValues[i + 1]);
    return true;
}

void PickleBuilder::noteUnknown(std::string_view name) {
    if (unknown_.contains(name))
        return;
    budget_.charge(2 * (sizeof(std::string) + kBlock) + name.size() + 2 * kBlock);
    unknown_.insert(name);
    document_.unknownGlobals_.emplace_back(name);
}

void PickleBuilder::finish(PickleValue& root, std::uint64_t maxTensorBytes) {
    // Made before the walk, since the walk's notes are numbered like the values.
    PickleValue* cycle = instance(PickleValue::kCycleName, KnownGlobal::plainObject);
    PickleWalk walk(arena_.values.size(), path_, maxTensorBytes, *cycle);
    walk.visit(root);
    document_.root_ = &root;
}

} // namespace dinoscope
