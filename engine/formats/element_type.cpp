// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/element_type.h"

#include <algorithm>
#include <array>

namespace dinoscope {
namespace {

struct TypeRow {
    ElementType type;
    std::string_view name;
    std::size_t size;
};

constexpr std::array<TypeRow, 8> kTypes{{{ElementType::f64, "F64", 8},
                                         {ElementType::f32, "F32", 4},
                                         {ElementType::f16, "F16", 2},
                                         {ElementType::bf16, "BF16", 2},
                                         {ElementType::i64, "I64", 8},
                                         {ElementType::i32, "I32", 4},
                                         {ElementType::u8, "U8", 1},
                                         {ElementType::boolean, "BOOL", 1}}};

const TypeRow& row(ElementType type) {
    return *std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.type == type; });
}

} // namespace

std::size_t elementSize(ElementType type) { return row(type).size; }

std::string_view elementName(ElementType type) { return row(type).name; }

std::optional<ElementType> elementType(std::string_view name) {
    for (const TypeRow& r : kTypes)
        if (r.name == name)
            return r.type;
    return std::nullopt;
}

} // namespace dinoscope
