// SPDX-License-Identifier: GPL-3.0-or-later
// What libFuzzer calls; DINOSCOPE_FUZZ_ENTRY is the entry of the target.
#include "tests/fuzz/entries.h"

#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    dinoscope::fuzz::DINOSCOPE_FUZZ_ENTRY(std::as_bytes(std::span(data, size)));
    return 0;
}
