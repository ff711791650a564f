// SPDX-License-Identifier: GPL-3.0-or-later
// The container before PyTorch 1.6: pickles of a magic number, the protocol's version, the machine's properties, the
// object and the list of its storages' keys, one after another; then for each key the number of elements (8 bytes) and
// the elements. Source: torch/serialization.py (_legacy_save, _legacy_load). It has no checksums.
#include "engine/formats/pickle_machine.h"
#include "engine/formats/pth_content.h"

#include <cstring>

namespace dinoscope {
namespace {

/// The rest of a file that is read from front to back.
class Rest {
public:
    Rest(std::span<const std::byte> bytes, const std::string& path, MemoryBudget& budget)
        : bytes_(bytes), path_(path), budget_(budget) {}

    void pickle(PickleDocument& document, StorageTable& storages) {
        PickleMachine machine(bytes_, path_, budget_, storages, document);
        bytes_ = bytes_.subspan(machine.run());
    }
    /// A pickle without tensors.
    PickleDocument plainPickle() {
        StorageTable none(path_, 0);
        PickleDocument document;
        pickle(document, none);
        return document;
    }
    std::span<const std::byte> take(std::uint64_t count) {
        if (count > bytes_.size())
            throwBadFile(path_,
                         "is cut off: " + std::to_string(count - bytes_.size()) + " bytes of its tensors are missing");
        const auto taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }
    std::size_t size() const { return bytes_.size(); }

private:
    std::span<const std::byte> bytes_;
    const std::string& path_;
    MemoryBudget& budget_;
};

void checkMachine(Rest& rest, const std::string& path) {
    constexpr std::int64_t kProtocol = 1001;
    const PickleDocument protocol = rest.plainPickle();
    if (protocol.root().integer() != kProtocol)
        throwBadFile(path, "is damaged: it does not name version 1001 of its container");
    const PickleDocument machine = rest.plainPickle();
    const PickleValue* littleEndian = machine.root().find("little_endian");
    if (!littleEndian || !littleEndian->boolean())
        throwBadFile(path, "is damaged: it does not say on which kind of machine it was written");
    if (!*littleEndian->boolean())
        throwBadFile(path, "was written on a big-endian machine",
                     "Load it with PyTorch on a little-endian machine, save it again and open that file.");
}

void readStorages(Rest& rest, const PickleValue& keys, StorageTable& storages, const std::string& path) {
    for (const PickleValue* key : keys.items()) {
        StorageSlot* slot = key->text() ? storages.find(*key->text()) : nullptr;
        if (!slot || slot->loaded)
            throwBadFile(path, "is damaged: its list of storages does not fit its tensors");
        std::uint64_t elements = 0;
        std::memcpy(&elements, rest.take(sizeof elements).data(), sizeof elements);
        if (elements != slot->elements)
            throwBadFile(path, "is damaged: storage " + shownName(slot->key) + " has " + std::to_string(elements) +
                                   " elements where its tensors need " + std::to_string(slot->elements));
        slot->bytes = rest.take(slot->size());
        slot->loaded = true;
    }
    if (keys.kind() != PickleValue::Kind::list || keys.items().size() != storages.slots().size())
        throwBadFile(path, "is damaged: its list of storages does not fit its tensors");
}

} // namespace

void readLegacyPth(const ByteReader& reader, MemoryBudget& budget, PthContent& content) {
    content.container = PthFile::Container::legacy;
    content.bytes.push_back(ByteBuffer::make(reader.size()));
    const ByteBuffer& file = content.bytes.back();
    reader.read(0, file.span());
    Rest rest(file.span().subspan(sizeof kLegacyMagic), content.path, budget);
    checkMachine(rest, content.path);
    StorageTable storages(content.path, file.size);
    rest.pickle(content.document, storages);
    const PickleDocument keys = rest.plainPickle();
    readStorages(rest, keys.root(), storages, content.path);
    if (rest.size() > 0)
        throwBadFile(content.path, "is damaged: " + std::to_string(rest.size()) + " bytes follow its last tensor");
    storages.bind();
}

} // namespace dinoscope
