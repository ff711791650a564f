// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Opcodes of Python's pickles by hand (protocol 2), as rows of bytes that are put one behind another.
namespace dinoscope::pickle {

template <class T> std::string raw(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

inline std::string op(char opcode, std::string_view argument = {}) {
    std::string bytes(1, opcode);
    bytes += argument;
    return bytes;
}

inline std::string start() { return {"\x80\x02", 2}; }
inline std::string stop() { return "."; }
inline std::string none() { return "N"; }
inline std::string boolean(bool value) { return value ? "\x88" : "\x89"; }
inline std::string mark() { return "("; }
inline std::string emptyDict() { return "}"; }
inline std::string emptyList() { return "]"; }
inline std::string emptyTuple() { return ")"; }
inline std::string emptySet() { return "\x8f"; }
inline std::string tuple() { return "t"; }
inline std::string tuple1() { return "\x85"; }
inline std::string tuple2() { return "\x86"; }
inline std::string tuple3() { return "\x87"; }
inline std::string append() { return "a"; }
inline std::string appends() { return "e"; }
inline std::string setItem() { return "s"; }
inline std::string setItems() { return "u"; }
inline std::string reduce() { return "R"; }
inline std::string newObject() { return "\x81"; }
inline std::string build() { return "b"; }
inline std::string persistent() { return "Q"; }
inline std::string put(std::uint8_t index) { return op('q', raw(index)); }
inline std::string longPut(std::uint32_t index) { return op('r', raw(index)); }
inline std::string get(std::uint8_t index) { return op('h', raw(index)); }
inline std::string longGet(std::uint32_t index) { return op('j', raw(index)); }
inline std::string integer(std::int32_t value) { return op('J', raw(value)); }

inline std::string global(std::string_view module, std::string_view name) {
    std::string bytes = op('c', module);
    bytes += '\n';
    bytes += name;
    bytes += '\n';
    return bytes;
}

inline std::string text(std::string_view value) {
    return op('X', raw(static_cast<std::uint32_t>(value.size()))).append(value);
}

/// LONG1, two's complement.
inline std::string longInteger(std::string_view digits) {
    return op('\x8a', raw(static_cast<std::uint8_t>(digits.size()))).append(digits);
}

inline std::string real(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return op('G', raw(__builtin_bswap64(bits)));
}

inline std::string call(std::string_view module, std::string_view name, std::string_view arguments) {
    return global(module, name).append(mark()).append(arguments).append(tuple()).append(reduce());
}

inline std::string integers(std::initializer_list<std::int32_t> values) {
    std::string bytes = mark();
    for (std::int32_t value : values)
        bytes += integer(value);
    return bytes + tuple();
}

/// A reference to a storage.
inline std::string storage(std::string_view type, std::string_view key, std::int32_t elements) {
    std::string bytes = mark();
    bytes += text("storage") + global("torch", type) + text(key) + text("cpu") + integer(elements);
    return bytes + tuple() + persistent();
}

/// A tensor as torch.save writes it; the arguments are opcodes.
inline std::string tensor(std::string_view storage, std::int32_t offset, std::string_view shape,
                          std::string_view strides) {
    std::string arguments(storage);
    arguments += integer(offset);
    arguments.append(shape).append(strides);
    arguments += boolean(false) + call("collections", "OrderedDict", "");
    return call("torch._utils", "_rebuild_tensor_v2", arguments);
}

} // namespace dinoscope::pickle
