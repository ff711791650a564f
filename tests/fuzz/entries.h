// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace dinoscope::fuzz {

/// What a reader of foreign bytes made of an input.
enum class Verdict { read, refused };

/// Hands the input to the reader and walks through everything that comes out, as the rest of the program would. Any
/// exception but an EngineError with a sentence that names the input ends the program, and so does a promise that is
/// not kept.
using Entry = Verdict (*)(std::span<const std::byte> input);

/// The pickle machine alone; storages hold zeros.
Verdict readPickle(std::span<const std::byte> input);
/// A whole .pth file in either container, and so the ZIP layer.
Verdict readContainer(std::span<const std::byte> input);
/// A whole safetensors file.
Verdict readSafetensors(std::span<const std::byte> input);

/// An IDX file, plain or compressed.
Verdict readIdxFile(std::span<const std::byte> input);
/// A file of CIFAR records; the first byte says whether they have one or two labels and is left out.
Verdict readCifarFile(std::span<const std::byte> input);
/// A tar file of samples: its list, labels and pictures, which are decoded.
Verdict readTarFile(std::span<const std::byte> input);

/// Ends the program if a promise was not kept.
void require(bool kept, const char* promise);

struct Target {
    std::string_view name; ///< also the folder of its inputs in tests/fuzz/corpus
    Entry entry;
};

const std::vector<Target>& targets();

} // namespace dinoscope::fuzz
