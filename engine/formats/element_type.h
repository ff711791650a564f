// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dinoscope {

/// Element types of tensors in files that this program reads and writes.
enum class ElementType { f64, f32, f16, bf16, i64, i32, u8, boolean };

/// Bytes of one element.
std::size_t elementSize(ElementType type);
/// The word of the safetensors format: "F32", "BOOL", ...
std::string_view elementName(ElementType type);
/// The type of that word; nothing if there is none.
std::optional<ElementType> elementType(std::string_view name);

} // namespace dinoscope
