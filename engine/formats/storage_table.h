// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/element_type.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dinoscope {

struct StoredTensor;

/// What PyTorch calls the type of a storage.
struct StorageType {
    std::string_view name;           ///< "FloatStorage", in the module "torch"
    std::size_t elementBytes;        ///< of one element
    std::optional<ElementType> type; ///< nothing for types that this program does not use
};

/// Null if `name` is none of PyTorch's.
const StorageType* storageType(std::string_view name);
const StorageType& storageType(ElementType type);

/// A row of bytes that tensors of one file share.
struct StorageSlot {
    std::string_view key; ///< its name in the file
    const StorageType* type = nullptr;
    std::uint64_t elements = 0;
    std::span<const std::byte> bytes; ///< empty until the container has read them
    bool loaded = false;

    std::uint64_t size() const { return elements * type->elementBytes; }
};

/// The storages a pickle speaks of. It is filled while the pickle is read; then the container reads the bytes, and
/// bind() tells the tensors where they are.
class StorageTable {
public:
    /// The storages together may not be larger than the file of `fileBytes` bytes. `path` is for sentences and must
    /// outlive this.
    StorageTable(const std::string& path, std::uint64_t fileBytes) : path_(path), fileBytes_(fileBytes) {}
    StorageTable(const StorageTable&) = delete;
    StorageTable& operator=(const StorageTable&) = delete;

    /// The storage of that key; a new one the first time.
    /// @throws EngineError(badInput) if it was described differently before, or if the file is too small for it.
    StorageSlot& slot(std::string_view key, const StorageType& type, std::uint64_t elements);
    /// Null if the pickle spoke of none of that key.
    StorageSlot* find(std::string_view key);
    std::deque<StorageSlot>& slots() { return slots_; }

    /// The storage of that tensor is `slot`.
    void attach(StoredTensor& tensor, const StorageSlot& slot) { attached_.emplace_back(&tensor, &slot); }
    void bind();

    std::uint64_t fileBytes() const { return fileBytes_; }

private:
    const std::string& path_;
    std::uint64_t fileBytes_;
    std::uint64_t totalBytes_ = 0;
    std::deque<StorageSlot> slots_;
    std::map<std::string_view, StorageSlot*> byKey_;
    std::vector<std::pair<StoredTensor*, const StorageSlot*>> attached_;
};

} // namespace dinoscope
