// SPDX-License-Identifier: GPL-3.0-or-later
// The container since PyTorch 1.6: an uncompressed ZIP archive of one folder with data.pkl, data/0, data/1, ...,
// version and since 2.1 byteorder. Source: torch/serialization.py (_load) and PyTorch's notes on serialization.
#include "engine/formats/pickle_machine.h"
#include "engine/formats/pth_content.h"

namespace dinoscope {
namespace {

constexpr std::string_view kPickle = "data.pkl";

/// The name of the only folder, with the slash.
std::string topFolder(const ZipArchive& archive, const std::string& path) {
    std::string top;
    for (const ZipRecord& record : archive.records()) {
        const std::string_view name = archive.name(record);
        const std::size_t slash = name.find('/');
        if (slash == name.npos || name.substr(slash + 1) != kPickle)
            continue;
        if (!top.empty())
            throwBadFile(path, "holds two .pth files in one archive", "Unpack it and open one of them.");
        top = name.substr(0, slash + 1);
    }
    if (top.empty())
        throwBadFile(path, "is a ZIP archive without a data.pkl, so torch.save has not written it",
                     "Choose a .pth file that torch.save has written.");
    return top;
}

void refuseScript(const ZipArchive& archive, const std::string& top, const std::string& path) {
    const std::string code = top + "code/";
    const std::string constants = top + "constants.pkl";
    for (const ZipRecord& record : archive.records())
        if (archive.name(record) == constants || archive.name(record).starts_with(code))
            throwBadFile(path, "is a TorchScript archive, a program and not only tensors",
                         "Save the state dict of the model with torch.save and open that file.");
}

void checkByteOrder(const ZipArchive& archive, const std::string& top, const std::string& path) {
    const ZipRecord* record = archive.find(top + "byteorder");
    if (!record)
        return;
    if (record->size > 16)
        throwBadFile(path, "is damaged: its byte order is no word");
    const ByteBuffer bytes = archive.read(*record);
    const std::string_view word(reinterpret_cast<const char*>(bytes.data.get()), bytes.size);
    if (word == "big")
        throwBadFile(path, "was written on a big-endian machine",
                     "Load it with PyTorch on a little-endian machine, save it again and open that file.");
    if (word != "little")
        throwBadFile(path, "is damaged: its byte order is neither little nor big");
}

void readStorages(const ZipArchive& archive, const std::string& top, StorageTable& storages, PthContent& content) {
    for (StorageSlot& slot : storages.slots()) {
        if (!slot.type->type)
            continue;
        std::string name = top;
        name.append("data/").append(slot.key);
        const ZipRecord* record = archive.find(name);
        if (!record)
            throwBadFile(content.path, "is damaged: the record " + shownName(name) + " is missing");
        if (record->size != slot.size())
            throwBadFile(content.path, "is damaged: the record " + shownName(name) + " has " +
                                           std::to_string(record->size) + " bytes where its tensors need " +
                                           std::to_string(slot.size()));
        content.bytes.push_back(archive.read(*record));
        slot.bytes = content.bytes.back().span();
    }
}

} // namespace

void readZipPth(const ByteReader& reader, MemoryBudget& budget, PthContent& content) {
    content.container = PthFile::Container::zip;
    const ZipArchive archive(reader, content.path, budget);
    const std::string top = topFolder(archive, content.path);
    refuseScript(archive, top, content.path);
    checkByteOrder(archive, top, content.path);
    content.bytes.push_back(archive.read(*archive.find(top + std::string(kPickle))));
    const std::span<const std::byte> pickle = content.bytes.back().span();
    StorageTable storages(content.path, reader.size());
    PickleMachine machine(pickle, content.path, budget, storages, content.document);
    if (machine.run() != pickle.size())
        throwBadFile(content.path, "is damaged: its data.pkl goes on behind its end");
    readStorages(archive, top, storages, content);
    storages.bind();
}

} // namespace dinoscope
