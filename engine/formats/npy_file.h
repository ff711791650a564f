// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/safetensors.h"

#include <memory>
#include <string>

namespace dinoscope {

/// Writes an array as NumPy's format 1.0 (numpy.lib.format), row-major. Blocks.
/// @throws EngineError(io); EngineError(internal) for an element type other than f32, f64, i64 and i32, or if the bytes
/// do not match the shape.
void writeNpy(const std::string& path, const TensorView& array);

/// An array read whole.
struct NpyArray {
    TensorView view; ///< without a name
    std::shared_ptr<const void> owner;
};
/// Reads what writeNpy() writes. Blocks. @throws EngineError(io), EngineError(badInput).
NpyArray readNpy(const std::string& path);

} // namespace dinoscope
