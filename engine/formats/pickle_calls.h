// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/pickle_builder.h"
#include "engine/formats/storage_table.h"

namespace dinoscope {

/// What a pickle's globals, calls and persistent ids stand for. Nothing is looked up or called: what is known is built
/// from the arguments, everything else becomes an object that carries them.
class PickleCalls {
public:
    /// All of them must outlive this; `path` is for sentences.
    PickleCalls(PickleBuilder& builder, StorageTable& storages, const std::string& path)
        : builder_(builder), storages_(storages), path_(path) {}

    PickleValue* global(std::string_view module, std::string_view name);
    /// Null if `callee` is no class or function, or `arguments` no tuple.
    PickleValue* call(PickleValue& callee, PickleValue& arguments);
    /// Restores `state` into `target`; false if that has no state.
    bool build(PickleValue& target, PickleValue& state);
    /// Null if `id` is nothing that PyTorch writes.
    PickleValue* persistent(PickleValue& id);

private:
    using Items = std::span<const PickleValue* const>;

    PickleValue* known(KnownGlobal what, Items items, PickleValue& arguments);
    PickleValue* placeholder(const PickleObject& callee, KnownGlobal what, PickleValue& arguments);
    PickleValue* filledMap(Items items);
    PickleValue* encoded(Items items);
    PickleValue* tensor(Items items);
    PickleValue* parameter(Items items);
    PickleValue* device(Items items);
    PickleValue* scalar(Items items);
    PickleValue* path(Items items, char separator);
    void checkReach(const StoredTensor& tensor, const StorageSlot& slot) const;

    PickleBuilder& builder_;
    StorageTable& storages_;
    const std::string& path_;
};

} // namespace dinoscope
