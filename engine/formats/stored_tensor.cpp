// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/stored_tensor.h"

#include <cstring>

namespace dinoscope {

std::int64_t StoredTensor::elements() const {
    std::int64_t count = 1;
    for (std::int64_t extent : shape)
        count *= extent;
    return count;
}

bool StoredTensor::packed() const {
    std::int64_t expected = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        if (shape[d] != 1 && strides[d] != expected)
            return false;
        expected *= shape[d];
    }
    return true;
}

std::vector<std::byte> packedBytes(const StoredTensor& tensor) {
    const std::size_t width = elementSize(tensor.type);
    const std::size_t count = static_cast<std::size_t>(tensor.elements());
    std::vector<std::byte> bytes(count * width);
    if (count == 0)
        return bytes;
    const std::byte* first = tensor.storage.data() + static_cast<std::size_t>(tensor.offset) * width;
    if (tensor.packed()) {
        std::memcpy(bytes.data(), first, bytes.size());
        return bytes;
    }
    // An extent of 1 is never stepped over, and its stride may be any number.
    std::vector<std::int64_t> index(tensor.shape.size(), 0);
    std::int64_t place = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(bytes.data() + i * width, first + static_cast<std::size_t>(place) * width, width);
        for (std::size_t d = index.size(); d-- > 0;) {
            if (tensor.shape[d] == 1)
                continue;
            place += tensor.strides[d];
            if (++index[d] < tensor.shape[d])
                break;
            place -= tensor.strides[d] * tensor.shape[d];
            index[d] = 0;
        }
    }
    return bytes;
}

} // namespace dinoscope
