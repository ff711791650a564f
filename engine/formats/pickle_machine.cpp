// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pickle_machine.h"

#include "engine/formats/utf8.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace dinoscope {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kPerPlace = 3 * sizeof(void*); // of a vector, with its old buffer while it grows

std::string_view asText(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

PickleMachine::PickleMachine(std::span<const std::byte> bytes, const std::string& path, MemoryBudget& budget,
                             StorageTable& storages, PickleDocument& document)
    : bytes_(bytes), path_(path), storages_(storages), builder_(document, budget, path),
      calls_(builder_, storages, path) {}

std::size_t PickleMachine::run() {
    constexpr std::uint8_t kStop = '.';
    for (;;) {
        opcodePlace_ = place_;
        const auto opcode = std::to_integer<std::uint8_t>(take(1)[0]);
        if (opcode == kStop)
            break;
        if (!constant(opcode) && !structure(opcode) && !memory(opcode) && !meaning(opcode))
            fail("has the opcode " + std::to_string(opcode) + ", which torch.save does not write");
    }
    if (stack_.size() != 1 || !marks_.empty())
        fail("ends with " + std::to_string(stack_.size()) + " values instead of one");
    std::uint64_t maxTensorBytes = 0;
    if (__builtin_mul_overflow(storages_.fileBytes(), kMaxSharing, &maxTensorBytes))
        maxTensorBytes = storages_.fileBytes();
    builder_.finish(*stack_.back(), maxTensorBytes);
    return place_;
}

bool PickleMachine::constant(std::uint8_t opcode) {
    switch (opcode) {
    case 'N': push(builder_.none()); return true;
    case 0x88: push(builder_.boolean(true)); return true;
    case 0x89: push(builder_.boolean(false)); return true;
    case 'K': push(builder_.integer(takeUnsigned(1))); return true;
    case 'M': push(builder_.integer(takeUnsigned(2))); return true;
    case 'J': push(builder_.integer(static_cast<std::int32_t>(takeUnsigned(4)))); return true;
    case 0x8a: pushInteger(); return true;
    case 'G': pushReal(); return true;
    case 'X': pushText(takeText(takeUnsigned(4)), false); return true;
    case 'U': pushText(takeText(takeUnsigned(1)), true); return true;
    default: return false;
    }
}

bool PickleMachine::structure(std::uint8_t opcode) {
    switch (opcode) {
    case '(':
        marks_.push_back(stack_.size());
        if (marks_.size() + stack_.size() > highest_) {
            ++highest_;
            builder_.budget().charge(kPerPlace);
        }
        return true;
    case ')': pushTuple(0); return true;
    case 0x85: pushTuple(1); return true;
    case 0x86: pushTuple(2); return true;
    case 0x87: pushTuple(3); return true;
    case 't': push(builder_.sequence(Kind::tuple, popMarked())); return true;
    case ']': push(builder_.sequence(Kind::list, {})); return true;
    case 0x8f: push(builder_.sequence(Kind::set, {})); return true;
    case '}': push(builder_.map()); return true;
    case 'a': {
        PickleValue* item = pop();
        appendTo(top(), {&item, 1});
        return true;
    }
    case 'e':
    case 0x90: {
        const PickleBuilder::Values items = popMarked();
        appendTo(top(), items);
        return true;
    }
    case 's': {
        std::array<PickleValue*, 2> entry{};
        entry[1] = pop();
        entry[0] = pop();
        setIn(top(), entry);
        return true;
    }
    case 'u': {
        const PickleBuilder::Values entries = popMarked();
        setIn(top(), entries);
        return true;
    }
    default: return false;
    }
}

bool PickleMachine::memory(std::uint8_t opcode) {
    switch (opcode) {
    case 'q': store(takeUnsigned(1)); return true;
    case 'r': store(takeUnsigned(4)); return true;
    case 'h': fetch(takeUnsigned(1)); return true;
    case 'j': fetch(takeUnsigned(4)); return true;
    default: return false;
    }
}

bool PickleMachine::meaning(std::uint8_t opcode) {
    switch (opcode) {
    case 0x80: {
        const std::uint32_t protocol = takeUnsigned(1);
        if (protocol != 2)
            throwBadFile(path_,
                         "was pickled with protocol " + std::to_string(protocol) + "; this program reads protocol 2",
                         "Load it with PyTorch, save it again with torch.save's own protocol and open that file.");
        return true;
    }
    case 'c': {
        const std::string_view module = takeLine();
        push(calls_.global(module, takeLine()));
        return true;
    }
    case 'R':
    case 0x81: call(); return true;
    case 'b': {
        PickleValue* state = pop();
        if (!calls_.build(top(), *state))
            fail("restores a state into a value that has none");
        return true;
    }
    case 'Q': {
        PickleValue* made = calls_.persistent(*pop());
        if (!made)
            fail("has a persistent id that PyTorch does not write");
        push(made);
        return true;
    }
    default: return false;
    }
}

void PickleMachine::fail(const std::string& what) const {
    throwBadFile(path_, "is damaged: its pickle " + what + " (byte " + std::to_string(opcodePlace_) + ")");
}

std::span<const std::byte> PickleMachine::take(std::size_t count) {
    if (count > bytes_.size() - place_)
        throwBadFile(path_, "is cut off or damaged: its pickle ends in the middle of a value");
    const auto taken = bytes_.subspan(place_, count);
    place_ += count;
    return taken;
}

/// Little endian, up to four bytes.
std::uint32_t PickleMachine::takeUnsigned(std::size_t bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, take(bytes).data(), bytes);
    return value;
}

/// A part of a global's name, up to the end of its line.
std::string_view PickleMachine::takeLine() {
    const std::string_view rest = asText(bytes_.subspan(place_)).substr(0, kMaxNameBytes + 1);
    const std::size_t length = rest.find('\n');
    if (length == rest.npos)
        fail(rest.size() > kMaxNameBytes ? "names a class with more than 256 letters" : "ends in the middle of a name");
    const std::string_view line = takeText(length + 1).substr(0, length);
    const bool printable =
        std::none_of(line.begin(), line.end(), [](char c) { return (c >= 0 && c < 32) || c == 127; });
    if (line.empty() || !printable || textFault(line) != TextFault::none)
        fail("names a class with letters that no name has");
    return line;
}

std::string_view PickleMachine::takeText(std::size_t length) {
    if (length > kMaxTextBytes)
        fail("holds a text of " + std::to_string(length) + " bytes");
    return asText(take(length));
}

void PickleMachine::push(PickleValue* value) {
    stack_.push_back(value);
    if (marks_.size() + stack_.size() > highest_) {
        ++highest_;
        builder_.budget().charge(kPerPlace);
    }
}

PickleValue* PickleMachine::pop() {
    PickleValue* value = &top();
    stack_.pop_back();
    return value;
}

PickleValue& PickleMachine::top() const {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
        fail("takes a value that is not there");
    return *stack_.back();
}

PickleBuilder::Values PickleMachine::popMarked() {
    if (marks_.empty())
        fail("takes values up to a mark that is not there");
    const std::size_t first = marks_.back();
    const PickleBuilder::Values values(stack_.data() + first, stack_.size() - first);
    marks_.pop_back();
    // The vector keeps its buffer, so the values stay where they are until something is pushed.
    stack_.resize(first);
    return values;
}

void PickleMachine::pushTuple(std::size_t items) {
    std::array<PickleValue*, 3> values{};
    for (std::size_t i = items; i-- > 0;)
        values[i] = pop();
    push(builder_.sequence(Kind::tuple, PickleBuilder::Values(values).first(items)));
}

/// LONG1: little endian, two's complement. What needs more than 64 bits becomes an object, for display.
void PickleMachine::pushInteger() {
    const std::span<const std::byte> digits = take(takeUnsigned(1));
    std::size_t size = digits.size();
    while (size > 8 && digits[size - 1] == std::byte{0} && std::to_integer<int>(digits[size - 2]) < 0x80)
        --size;
    if (size > 8) {
        push(builder_.instance("int", KnownGlobal::plainObject));
        PickleBuilder::instanceOf(top())->state = builder_.bytes(digits);
        return;
    }
    std::uint64_t value = size > 0 && std::to_integer<int>(digits[size - 1]) >= 0x80 ? ~std::uint64_t{0} : 0;
    std::memcpy(&value, digits.data(), size);
    push(builder_.integer(static_cast<std::int64_t>(value)));
}

/// BINFLOAT: big endian.
void PickleMachine::pushReal() {
    std::uint64_t bits = 0;
    std::memcpy(&bits, take(sizeof bits).data(), sizeof bits);
    push(builder_.real(std::bit_cast<double>(__builtin_bswap64(bits))));
}

void PickleMachine::pushText(std::string_view text, bool mayBeBytes) {
    switch (textFault(text)) {
    case TextFault::none: push(builder_.text(text)); return;
    case TextFault::surrogates: push(builder_.text(builder_.keep(withoutSurrogates(text)))); return;
    case TextFault::invalid: break;
    }
    if (!mayBeBytes)
        fail("holds a text that is not valid UTF-8");
    push(builder_.bytes(std::as_bytes(std::span(text))));
}

void PickleMachine::appendTo(PickleValue& target, PickleBuilder::Values items) {
    if (!builder_.append(target, items))
        fail("appends to a value that is no list");
}

void PickleMachine::setIn(PickleValue& target, PickleBuilder::Values keysAndValues) {
    if (!builder_.setItems(target, keysAndValues))
        fail("sets entries in a value that is no dictionary, or a key without its value");
}

void PickleMachine::store(std::uint32_t index) {
    // Picklers number what they remember without gaps, and each number takes a byte of the pickle at least.
    if (index >= bytes_.size())
        fail("remembers a value under the number " + std::to_string(index));
    if (index >= memo_.size()) {
        builder_.budget().charge(kPerPlace * (index + 1 - memo_.size()));
        memo_.resize(index + std::size_t{1});
    }
    memo_[index] = &top();
}

void PickleMachine::fetch(std::uint32_t index) {
    if (index >= memo_.size() || !memo_[index])
        fail("recalls a value that it did not remember");
    push(memo_[index]);
}

void PickleMachine::call() {
    PickleValue* arguments = pop();
    PickleValue* made = calls_.call(*pop(), *arguments);
    if (!made)
        fail("calls a value that is no class and no function");
    push(made);
}

} // namespace dinoscope
