// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/pickle_calls.h"

namespace dinoscope {

/// A machine for Python's pickles (protocol 2, the opcodes that torch.save uses and torch.load(weights_only=True)
/// takes; their meaning: Python's pickletools.py) that builds values and nothing else. Time is linear in the pickle's
/// length, but for sorting the keys of maps.
class PickleMachine {
public:
    static constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;
    static constexpr std::size_t kMaxNameBytes = 256;
    /// The tensors of one pickle, each counted once for every place, may show the file's bytes this many times.
    static constexpr std::uint64_t kMaxSharing = 8;

    /// Reads one pickle from the start of `bytes`, which may go on behind it and must outlive `document`. `path` is for
    /// sentences. All of them must outlive this.
    PickleMachine(std::span<const std::byte> bytes, const std::string& path, MemoryBudget& budget,
                  StorageTable& storages, PickleDocument& document);

    /// Fills the document. Call it once.
    /// @return the number of bytes the pickle took
    /// @throws EngineError(badInput)
    std::size_t run();

private:
    bool constant(std::uint8_t opcode);
    bool structure(std::uint8_t opcode);
    bool memory(std::uint8_t opcode);
    bool meaning(std::uint8_t opcode);

    [[noreturn]] void fail(const std::string& what) const;
    std::span<const std::byte> take(std::size_t count);
    std::uint32_t takeUnsigned(std::size_t bytes);
    std::string_view takeLine();
    std::string_view takeText(std::size_t length);

    void push(PickleValue* value);
    PickleValue* pop();
    PickleValue& top() const;
    /// Takes everything since the last mark, and the mark. The values are valid until the next push.
    PickleBuilder::Values popMarked();
    void pushTuple(std::size_t items);
    void pushInteger();
    void pushReal();
    void pushText(std::string_view bytes, bool mayBeBytes);
    void appendTo(PickleValue& target, PickleBuilder::Values items);
    void setIn(PickleValue& target, PickleBuilder::Values keysAndValues);
    void store(std::uint32_t index);
    void fetch(std::uint32_t index);
    void call();

    std::span<const std::byte> bytes_;
    std::size_t place_ = 0;
    std::size_t opcodePlace_ = 0;
    const std::string& path_;
    StorageTable& storages_;
    PickleBuilder builder_;
    PickleCalls calls_;
    std::vector<PickleValue*> stack_;
    std::vector<std::size_t> marks_;
    std::vector<PickleValue*> memo_;
    std::size_t highest_ = 0; // of the stack and the marks together, for the budget
};

} // namespace dinoscope
