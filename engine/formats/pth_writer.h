// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/safetensors.h"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

class PthValue;
using PthKey = std::variant<std::string, std::int64_t>;
using PthMap = std::vector<std::pair<PthKey, PthValue>>; ///< a dict, in this order
using PthList = std::vector<PthValue>;

/// A value of a file that torch.load(weights_only=True) reads: None, bool, int, float, str, list, dict or a tensor. The
/// bytes of a tensor belong to somebody else and outlive the value.
class PthValue {
public:
    using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string, TensorView, PthList, PthMap>;

    template <class T>
    requires std::is_constructible_v<Content, T> PthValue(T content)
        : content_(std::move(content)) {} // NOLINT: a value is what it holds
    PthValue(const char* text) : content_(std::string(text)) {}
    PthValue() = default;

    const Content& content() const { return content_; }

private:
    Content content_;
};

/// Writes what torch.save writes: a stored ZIP64 archive with data.pkl (protocol 2), byteorder, data/N and version.
/// Only collections.OrderedDict, torch._utils._rebuild_tensor_v2 and the typed storages are named in it. Two tensors
/// over the same bytes share their storage. Blocks.
/// @throws EngineError(io); EngineError(internal) if a tensor's bytes do not match its shape.
void writePth(const std::string& path, const PthValue& root);

} // namespace dinoscope
