// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pickle_calls.h"

#include "engine/formats/numpy_scalar.h"

#include <algorithm>

namespace dinoscope {
namespace {

using Items = std::span<const PickleValue* const>;

constexpr std::string_view kTorch = "torch.";
constexpr std::size_t kMaxKeyBytes = 256; // of a storage

bool isText(const PickleValue& value, std::string_view text) { return value.text() == text; }

std::vector<std::int64_t> integers(const PickleValue& value, const std::string& path) {
    const Items items = value.items();
    if (items.size() > StoredTensor::kMaxDimensions)
        throwBadFile(path, "holds a tensor of " + std::to_string(items.size()) +
                               " dimensions; this program reads up to " + std::to_string(StoredTensor::kMaxDimensions));
    std::vector<std::int64_t> numbers;
    for (const PickleValue* item : items) {
        const auto number = item->integer();
        if (!number || *number < 0)
            throwBadFile(path, "is damaged: an extent or a stride of a tensor is not a whole number from 0 up");
        numbers.push_back(*number);
    }
    return numbers;
}

} // namespace

PickleValue* PickleCalls::global(std::string_view module, std::string_view name) {
    std::string full(module);
    full += '.';
    full += name;
    const std::string_view kept = builder_.keep(std::move(full));
    const KnownGlobal what = knownGlobal(module, name);
    if (what == KnownGlobal::typeWord)
        return builder_.text(kept);
    if (what == KnownGlobal::unknown)
        builder_.noteUnknown(kept);
    return builder_.instance(kept, what);
}

PickleValue* PickleCalls::call(PickleValue& callee, PickleValue& arguments) {
    const PickleBuilder::Instance* function = PickleBuilder::instanceOf(callee);
    if (!function || arguments.kind() != PickleValue::Kind::tuple)
        return nullptr;
    // Only the class or function itself has a meaning; the result of a call does not have it again.
    const KnownGlobal what = function->arguments ? KnownGlobal::unknown : function->known;
    PickleValue* made = known(what, arguments.items(), arguments);
    return made ? made : placeholder(*function, what, arguments);
}

/// Null if the arguments are not those that are known.
PickleValue* PickleCalls::known(KnownGlobal what, Items items, PickleValue& arguments) {
    using Kind = PickleValue::Kind;
    switch (what) {
    case KnownGlobal::orderedDict: return filledMap(items);
    case KnownGlobal::defaultDict: return items.size() <= 1 ? builder_.map() : nullptr;
    case KnownGlobal::set:
        return items.size() <= 1 ? builder_.sequence(Kind::set, items.empty() ? Items() : items[0]->items()) : nullptr;
    case KnownGlobal::byteString:
        if (items.size() == 1 && items[0]->bytes())
            return builder_.bytes(*items[0]->bytes());
        return items.empty() ? builder_.bytes({}) : encoded(items);
    case KnownGlobal::encode: return encoded(items);
    case KnownGlobal::rebuildTensor: return tensor(items);
    case KnownGlobal::rebuildParameter: return parameter(items);
    case KnownGlobal::size:
        if (items.size() != 1)
            return items.empty() ? &arguments : nullptr;
        return items[0]->kind() == Kind::tuple || items[0]->kind() == Kind::list
                   ? builder_.sequence(Kind::tuple, items[0]->items())
                   : nullptr;
    case KnownGlobal::device: return device(items);
    case KnownGlobal::numpyScalar: return scalar(items);
    case KnownGlobal::path: return path(items, '/');
    case KnownGlobal::windowsPath: return path(items, '\\');
    default: return nullptr;
    }
}

PickleValue* PickleCalls::placeholder(const PickleObject& callee, KnownGlobal what, PickleValue& arguments) {
    PickleValue* made =
        builder_.instance(callee.name, what == KnownGlobal::numpyDtype ? what : KnownGlobal::plainObject);
    PickleBuilder::instanceOf(*made)->arguments = &arguments;
    return made;
}

/// From nothing, from a map, or from a list of pairs, as Python 2 writes an OrderedDict.
PickleValue* PickleCalls::filledMap(Items items) {
    if (items.size() > 1)
        return nullptr;
    PickleValue* made = builder_.map();
    if (items.empty())
        return made;
    if (const PickleMap* map = items[0]->map()) {
        for (const PickleMap::Entry& entry : map->entries())
            builder_.setItem(*made, *entry.key, *entry.value);
        return made;
    }
    if (items[0]->kind() != PickleValue::Kind::list)
        return nullptr;
    for (const PickleValue* pair : items[0]->items()) {
        if (pair->items().size() != 2)
            return nullptr;
        builder_.setItem(*made, *pair->items()[0], *pair->items()[1]);
    }
    return made;
}

/// Protocol 2 writes bytes as text of the characters U+0000 to U+00FF.
PickleValue* PickleCalls::encoded(Items items) {
    if (items.size() != 2 || !items[0]->text() || !(isText(*items[1], "latin1") || isText(*items[1], "latin-1")))
        return nullptr;
    const std::string_view text = *items[0]->text();
    builder_.budget().charge(text.size()); // for the time as well, since a pickle may ask for the same text often
    if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return builder_.bytes(std::as_bytes(std::span(text)));
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first < 0x80) {
            bytes += text[i];
            continue;
        }
        if (first > 0xC3)
            return nullptr;
        bytes += static_cast<char>(first << 6 | (static_cast<unsigned char>(text[++i]) & 0x3F));
    }
    const std::string_view kept = builder_.keep(std::move(bytes));
    return builder_.bytes(std::as_bytes(std::span(kept)));
}

/// (storage, offset, shape, strides, requires_grad, hooks, ...); torch/_utils.py, _rebuild_tensor_v2.
PickleValue* PickleCalls::tensor(Items items) {
    const PickleBuilder::Instance* storage = items.size() < 4 ? nullptr : PickleBuilder::instanceOf(*items[0]);
    if (!storage || storage->known != KnownGlobal::storageReference)
        return nullptr;
    const auto offset = items[1]->integer();
    if (!offset || *offset < 0)
        throwBadFile(path_, "is damaged: a tensor does not say where in its storage it begins");
    StoredTensor made;
    made.type = *storage->storage->type->type;
    made.shape = integers(*items[2], path_);
    made.strides = integers(*items[3], path_);
    made.offset = *offset;
    made.requiresGradient = items.size() > 4 && items[4]->boolean().value_or(false);
    checkReach(made, *storage->storage);
    builder_.budget().charge(3 * sizeof(std::pair<void*, void*>));
    PickleValue* value = builder_.tensor(std::move(made));
    storages_.attach(*PickleBuilder::tensorOf(*value), *storage->storage);
    return value;
}

void PickleCalls::checkReach(const StoredTensor& tensor, const StorageSlot& slot) const {
    const auto refuse = [&](const char* what) {
        throwBadFile(path_, "is damaged: a tensor in storage " + shownName(slot.key) + " " + what);
    };
    if (tensor.shape.size() != tensor.strides.size())
        refuse("has one number of extents and another of strides");
    std::int64_t product = 1; // of the extents above 0
    std::int64_t last = tensor.offset;
    bool empty = false;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        const std::int64_t extent = tensor.shape[d];
        empty = empty || extent == 0;
        std::int64_t step = 0;
        if (__builtin_mul_overflow(product, std::max<std::int64_t>(extent, 1), &product))
            refuse("has more elements than fit any file");
        if (extent > 1 &&
            (__builtin_mul_overflow(extent - 1, tensor.strides[d], &step) || __builtin_add_overflow(last, step, &last)))
            refuse("reaches beyond its end");
    }
    const auto held = static_cast<std::int64_t>(slot.elements);
    if (empty ? tensor.offset > held : last >= held)
        refuse("reaches beyond its end");
    if (!empty && product > held)
        refuse("shows elements more than once, so it would be larger than its storage");
}

/// (tensor, requires_grad, hooks)
PickleValue* PickleCalls::parameter(Items items) {
    if (items.size() < 2 || !items[0]->tensor())
        return nullptr;
    PickleValue* data = const_cast<PickleValue*>(items[0]); // the document's own value
    PickleBuilder::tensorOf(*data)->requiresGradient = items[1]->boolean().value_or(false);
    return data;
}

PickleValue* PickleCalls::device(Items items) {
    if (items.empty() || items.size() > 2 || !items[0]->text())
        return nullptr;
    if (items.size() == 1)
        return builder_.text(*items[0]->text());
    if (!items[1]->integer())
        return nullptr;
    std::string name(*items[0]->text());
    name += ':';
    name += std::to_string(*items[1]->integer());
    return builder_.text(builder_.keep(std::move(name)));
}

/// (dtype, bytes); the dtype is numpy.dtype(word, ...) with a state whose second item is the byte order.
PickleValue* PickleCalls::scalar(Items items) {
    const PickleBuilder::Instance* type = items.size() != 2 ? nullptr : PickleBuilder::instanceOf(*items[0]);
    if (!type || type->known != KnownGlobal::numpyDtype || !type->arguments)
        return nullptr;
    // Python 2 has one kind of string, so its bytes may look like text.
    const auto bytes = items[1]->text() ? std::as_bytes(std::span(*items[1]->text())) : items[1]->bytes();
    if (!bytes)
        return nullptr;
    const Items words = type->arguments->items();
    if (words.empty() || !words[0]->text())
        return nullptr;
    const Items state = type->state ? type->state->items() : Items();
    const bool bigEndian = state.size() > 1 && isText(*state[1], ">");
    const auto number = numpyScalar(*words[0]->text(), bigEndian, *bytes);
    if (!number)
        return nullptr;
    if (const auto* truth = std::get_if<bool>(&*number))
        return builder_.boolean(*truth);
    if (const auto* whole = std::get_if<std::int64_t>(&*number))
        return builder_.integer(*whole);
    return builder_.real(std::get<double>(*number));
}

PickleValue* PickleCalls::path(Items items, char separator) {
    std::string joined;
    for (const PickleValue* item : items) {
        const auto part = item->text();
        if (!part)
            return nullptr;
        builder_.budget().charge(2 * (part->size() + 1));
        if (!joined.empty() && joined.back() != separator)
            joined += separator;
        joined += *part;
    }
    return builder_.text(builder_.keep(joined.empty() ? std::string(1, '.') : std::move(joined)));
}

bool PickleCalls::build(PickleValue& target, PickleValue& state) {
    if (PickleBuilder::Instance* object = PickleBuilder::instanceOf(target)) {
        object->state = &state;
        return true;
    }
    // Attributes of an OrderedDict (a state dict's versions) and of a tensor are of no use here.
    return target.map() != nullptr || target.tensor() != nullptr;
}

/// ("storage", type, key, location, elements) and, before PyTorch 1.6, a description of a view or None; ("module",
/// class, file, source) where whole modules were saved before 1.6. torch/serialization.py, persistent_id.
PickleValue* PickleCalls::persistent(PickleValue& id) {
    const Items items = id.items();
    if (items.size() >= 2 && isText(*items[0], "module"))
        return const_cast<PickleValue*>(items[1]); // the document's own value
    if (items.size() < 5 || items.size() > 6 || !isText(*items[0], "storage") || !items[1]->object() ||
        !items[2]->text() || items[2]->text()->size() > kMaxKeyBytes || !items[4]->integer() ||
        *items[4]->integer() < 0)
        return nullptr;
    if (items.size() == 6 && !items[5]->isNone())
        throwBadFile(path_, "holds views of storages, as PyTorch before 0.4 wrote them",
                     "Load it with a newer PyTorch, save it again with torch.save and open that file.");
    const std::string_view name = items[1]->object()->name;
    const StorageType* type = name.starts_with(kTorch) ? storageType(name.substr(kTorch.size())) : nullptr;
    PickleValue* made = builder_.instance(name, KnownGlobal::plainObject);
    PickleBuilder::Instance* reference = PickleBuilder::instanceOf(*made);
    reference->arguments = &id;
    if (!type)
        return made;
    builder_.budget().charge(sizeof(StorageSlot) + 128);
    reference->storage = &storages_.slot(*items[2]->text(), *type, static_cast<std::uint64_t>(*items[4]->integer()));
    if (type->type)
        reference->known = KnownGlobal::storageReference;
    return made;
}

} // namespace dinoscope
