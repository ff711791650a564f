// SPDX-License-Identifier: GPL-3.0-or-later
// The stored inputs of the fuzz targets and a fixed number of mutants of each, through the targets' own entries. An
// entry ends the program when a reader breaks a promise; the sanitizer builds see the rest.
#include "engine/support/random.h"
#include "tests/formats/scratch_file.h"
#include "tests/fuzz/entries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace dinoscope {
namespace fuzz {

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

} // namespace fuzz

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kMutants = 300;

std::vector<std::string> corpus(const fuzz::Target& target) {
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(fs::path(source ? source : ".") / "tests/fuzz/corpus" / target.name))
        files.push_back(file.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> inputs;
    for (const fs::path& file : files)
        inputs.push_back(testing::fileBytes(file));
    return inputs;
}

/// One to eight changes: a bit, a byte or a number set to one that often matters, a part left out, doubled, or taken
/// from another input.
std::string mutant(std::string input, const std::string& other, RandomStream& random) {
    static constexpr std::uint8_t kNotable[] = {0, 1, 2, 0x7f, 0x80, 0xff, '(', 't', 'R', '.', 'Q', 'b'};
    const std::uint32_t changes = 1 + random.below(8);
    for (std::uint32_t i = 0; i < changes && !input.empty(); ++i) {
        const std::size_t place = random.below(static_cast<std::uint32_t>(input.size()));
        const std::size_t length =
            1 + random.below(static_cast<std::uint32_t>(std::min<std::size_t>(input.size() - place, 64)));
        switch (random.below(6)) {
        case 0: input[place] = static_cast<char>(input[place] ^ (1 << random.below(8))); break;
        case 1: input[place] = static_cast<char>(kNotable[random.below(sizeof kNotable)]); break;
        case 2:
            input.replace(place, std::min<std::size_t>(length, 8), std::min<std::size_t>(length, 8),
                          random.below(2) ? '\xff' : '\0');
            break;
        case 3: input.erase(place, length); break;
        case 4: input.insert(place, input.substr(place, length)); break;
        default:
            if (!other.empty())
                input.insert(place, other.substr(random.below(static_cast<std::uint32_t>(other.size())), length));
        }
    }
    return input;
}

class FuzzCorpus : public ::testing::TestWithParam<fuzz::Target> {};

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, ::testing::ValuesIn(fuzz::targets()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_P(FuzzCorpus, InputsAndTheirMutantsAreReadOrRefused) {
    const std::vector<std::string> inputs = corpus(GetParam());
    ASSERT_GE(inputs.size(), 5u);
    std::size_t read = 0, refused = 0;
    const auto run = [&](const std::string& input) {
        const fuzz::Verdict verdict = GetParam().entry(std::as_bytes(std::span(input)));
        ++(verdict == fuzz::Verdict::read ? read : refused);
    };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        run(inputs[i]);
        RandomStream random(7, 0, i, 0, RandomPurpose::preview);
        for (std::uint32_t k = 0; k < kMutants; ++k)
            run(mutant(inputs[i], inputs[random.below(static_cast<std::uint32_t>(inputs.size()))], random));
    }
    EXPECT_EQ(read + refused, inputs.size() * (kMutants + 1));
    // Both ways must have been gone, or the corpus has lost its use.
    EXPECT_GT(read, inputs.size() / 3);
    EXPECT_GT(refused, inputs.size() * kMutants / 10);
}

} // namespace
} // namespace dinoscope
