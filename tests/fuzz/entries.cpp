// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/entries.h"

#include "engine/formats/pickle_machine.h"
#include "engine/formats/pth_content.h"
#include "engine/formats/safetensors.h"
#include "engine/support/check.h"

#include <cstdio>
#include <cstdlib>

namespace dinoscope::fuzz {
namespace {

const std::string kName = "the input";

/// Runs a reader, which may refuse with a sentence for the person and in no other way.
template <class Read> Verdict attempt(Read read) {
    try {
        read();
        return Verdict::read;
    } catch (const EngineError& error) {
        require(error.error().code == ErrorCode::badInput || error.error().code == ErrorCode::outOfMemory,
                "foreign bytes are refused as bad input");
        const std::string& sentence = error.error().message;
        require(sentence.find(kName) != sentence.npos && sentence.ends_with('.'), "the sentence names the file");
        return Verdict::refused;
    }
}

/// Walks as the rest of the program does: by plain recursion, shared values once for every place.
class Walk {
public:
    explicit Walk(std::uint64_t fileBytes) : left_(fileBytes * PickleMachine::kMaxSharing) {}

    void visit(const PickleValue& value, std::uint32_t depth = 1) {
        require(depth <= PickleDocument::kMaxDepth, "values are at most kMaxDepth deep");
        require(++places_ <= PickleDocument::kMaxPlaces, "a walk ends after kMaxPlaces");
        if (const StoredTensor* tensor = value.tensor())
            pack(*tensor);
        for (const PickleValue* item : value.items())
            visit(*item, depth + 1);
        if (const PickleMap* map = value.map())
            visit(*map, depth);
        if (const PickleObject* object = value.object()) {
            for (const PickleValue* part : {object->arguments, object->state})
                if (part)
                    visit(*part, depth + 1);
            for (const PickleValue* item : object->items)
                visit(*item, depth + 1);
            visit(object->entries, depth);
        }
    }

private:
    void visit(const PickleMap& map, std::uint32_t depth) {
        for (const PickleMap::Entry& entry : map.entries()) {
            visit(*entry.key, depth + 1);
            visit(*entry.value, depth + 1);
            if (const auto text = entry.key->text())
                require(map.find(*text) == entry.value, "a text key leads to its value");
            if (const auto whole = entry.key->integer())
                require(map.find(*whole) == entry.value, "an integer key leads to its value");
        }
    }

    void pack(const StoredTensor& tensor) {
        const std::vector<std::byte> bytes = packedBytes(tensor);
        require(bytes.size() <= tensor.storage.size(), "a tensor is no larger than its storage");
        require(bytes.size() <= left_, "the tensors of a walk are a few times the file");
        left_ -= bytes.size();
    }

    std::uint64_t left_;
    std::uint64_t places_ = 0;
};

} // namespace

void require(bool kept, const char* promise) {
    if (kept)
        return;
    std::fprintf(stderr, "promise not kept: %s\n", promise);
    std::abort();
}

Verdict readPickle(std::span<const std::byte> input) {
    constexpr std::uint64_t kStorageBytes = 1 << 22; // what the reference files need
    static const std::vector<std::byte> zeros(kStorageBytes);
    return attempt([&] {
        MemoryBudget budget(kName, input.size() + (4 << 20));
        StorageTable storages(kName, kStorageBytes);
        PickleDocument document;
        PickleMachine machine(input, kName, budget, storages, document);
        require(machine.run() <= input.size(), "a pickle ends within its bytes");
        for (StorageSlot& slot : storages.slots())
            slot.bytes = std::span(zeros).first(slot.size());
        storages.bind();
        Walk(kStorageBytes).visit(document.root());
    });
}

Verdict readContainer(std::span<const std::byte> input) {
    return attempt([&] {
        const auto content = readPth(MemoryReader(input), kName);
        Walk(input.size()).visit(content->document.root());
    });
}

Verdict readSafetensors(std::span<const std::byte> input) {
    return attempt([&] {
        std::vector<TensorView> tensors;
        std::map<std::string, std::string> metadata;
        parseSafetensors(input, kName, tensors, metadata);
        std::uint64_t bytes = 0;
        for (const TensorView& tensor : tensors) {
            require(static_cast<std::uint64_t>(tensor.elements()) * elementSize(tensor.type) == tensor.bytes.size(),
                    "a shape fits its bytes");
            bytes += tensor.bytes.size();
        }
        require(bytes <= input.size(), "tensors do not overlap");
    });
}

const std::vector<Target>& targets() {
    static const std::vector<Target> all{{"pickle", readPickle},           {"container", readContainer},
                                         {"safetensors", readSafetensors}, {"idx", readIdxFile},
                                         {"cifar", readCifarFile},         {"tar", readTarFile}};
    return all;
}

} // namespace dinoscope::fuzz
