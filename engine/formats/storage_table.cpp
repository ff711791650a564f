// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/storage_table.h"

#include "engine/formats/format_error.h"
#include "engine/formats/stored_tensor.h"

#include <algorithm>
#include <array>

namespace dinoscope {
namespace {

constexpr std::array<StorageType, 12> kTypes{{{"DoubleStorage", 8, ElementType::f64},
                                              {"FloatStorage", 4, ElementType::f32},
                                              {"HalfStorage", 2, ElementType::f16},
                                              {"BFloat16Storage", 2, ElementType::bf16},
                                              {"LongStorage", 8, ElementType::i64},
                                              {"IntStorage", 4, ElementType::i32},
                                              {"ByteStorage", 1, ElementType::u8},
                                              {"BoolStorage", 1, ElementType::boolean},
                                              {"ShortStorage", 2, std::nullopt},
                                              {"CharStorage", 1, std::nullopt},
                                              {"ComplexFloatStorage", 8, std::nullopt},
                                              {"ComplexDoubleStorage", 16, std::nullopt}}};

} // namespace

const StorageType* storageType(std::string_view name) {
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const StorageType& t) { return t.name == name; });
    return found == kTypes.end() ? nullptr : &*found;
}

const StorageType& storageType(ElementType type) {
    return *std::find_if(kTypes.begin(), kTypes.end(), [&](const StorageType& t) { return t.type == type; });
}

StorageSlot& StorageTable::slot(std::string_view key, const StorageType& type, std::uint64_t elements) {
    if (StorageSlot* known = find(key)) {
        if (known->type != &type || known->elements != elements)
            throwBadFile(path_, "is damaged: it describes storage " + shownName(key) + " in two different ways");
        return *known;
    }
    const std::uint64_t left = fileBytes_ - totalBytes_;
    if (elements > left / type.elementBytes)
        throwBadFile(path_, "is damaged: storage " + shownName(key) + " should hold " + std::to_string(elements) +
                                " elements, more than the whole file can");
    totalBytes_ += elements * type.elementBytes;
    StorageSlot& added = slots_.emplace_back();
    added.key = key;
    added.type = &type;
    added.elements = elements;
    byKey_[key] = &added;
    return added;
}

StorageSlot* StorageTable::find(std::string_view key) {
    const auto found = byKey_.find(key);
    return found == byKey_.end() ? nullptr : found->second;
}

void StorageTable::bind() {
    for (const auto& [tensor, slot] : attached_)
        tensor->storage = slot->bytes;
}

} // namespace dinoscope
