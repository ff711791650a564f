// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/element_type.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

/// One tensor inside an open SafetensorsFile; row-major, little endian. Not aligned beyond one byte.
struct TensorView {
    std::string name;
    ElementType type = ElementType::f32;
    std::vector<std::int64_t> shape; ///< empty for a scalar
    std::span<const std::byte> bytes;

    std::int64_t elements() const;
};

/// A safetensors file mapped into memory (format: 8 bytes of header length, a JSON header, the tensors' bytes).
/// Constant after construction, so any thread may read. Nothing in the header is trusted: every length is compared with
/// the file's size before it is used.
class SafetensorsFile {
public:
    /// Longest header that is read; what other readers accept too.
    static constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

    /// @throws EngineError(io) if the file cannot be opened; EngineError(badInput) with a sentence that names the file
    /// if it is cut off or its header does not describe it.
    explicit SafetensorsFile(const std::string& path);
    ~SafetensorsFile();
    SafetensorsFile(const SafetensorsFile&) = delete;
    SafetensorsFile& operator=(const SafetensorsFile&) = delete;

    const std::string& path() const { return path_; }
    /// In the order of the bytes in the file.
    const std::vector<TensorView>& tensors() const { return tensors_; }
    /// The header's "__metadata__".
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    /// Null if there is no tensor of that name.
    const TensorView* find(std::string_view name) const;
    /// @throws EngineError(badInput) that names the file and the tensor.
    const TensorView& at(std::string_view name) const;

private:
    class Mapping;

    std::string path_;
    std::unique_ptr<Mapping> mapping_;
    std::vector<TensorView> tensors_;
    std::map<std::string, std::size_t, std::less<>> index_;
    std::map<std::string, std::string> metadata_;
};

/// Parses the bytes of a whole safetensors file; the views point into `file`. `path` is for sentences only.
/// @throws EngineError(badInput)
void parseSafetensors(std::span<const std::byte> file, const std::string& path, std::vector<TensorView>& tensors,
                      std::map<std::string, std::string>& metadata);

/// The beginning of a safetensors file up to the bytes of the first tensor: the header's length, the header, padded to
/// 8 bytes; the bytes of the tensors follow in the given order. @throws EngineError(internal) as writeSafetensors().
std::string safetensorsHead(const std::vector<TensorView>& tensors,
                            const std::map<std::string, std::string>& metadata = {});

/// Writes a safetensors file: the tensors in the given order. Written beside the target first and renamed when
/// complete. Blocks.
/// @throws EngineError(io) if the folder cannot be written or the disk is full; EngineError(internal) if a view's bytes
/// do not match its shape or a name occurs twice.
void writeSafetensors(const std::string& path, const std::vector<TensorView>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

} // namespace dinoscope
