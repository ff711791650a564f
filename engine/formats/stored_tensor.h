// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/element_type.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dinoscope {

/// A tensor of a .pth file: a strided view of a storage, which the open file owns and which several tensors may share.
/// Whoever built it has checked that every element lies inside the storage, that no extent and no stride is negative
/// and that it has no more elements than its storage, so expanded tensors (stride 0 over more than the storage holds)
/// do not exist.
struct StoredTensor {
    ElementType type = ElementType::f32;
    std::vector<std::int64_t> shape;   ///< empty for a scalar; at most kMaxDimensions extents
    std::vector<std::int64_t> strides; ///< in elements, one an extent
    std::int64_t offset = 0;           ///< in elements, from the start of the storage
    /// All bytes of the storage, little endian, aligned to 16 bytes only by chance. Two tensors share memory if these
    /// begin at the same address.
    std::span<const std::byte> storage;
    bool requiresGradient = false;

    static constexpr std::size_t kMaxDimensions = 16;

    /// The product of the extents.
    std::int64_t elements() const;
    /// True if the elements lie one after another in row-major order.
    bool packed() const;
};

/// The elements in row-major order, copied: elements() x elementSize(type) bytes.
std::vector<std::byte> packedBytes(const StoredTensor& tensor);

} // namespace dinoscope
