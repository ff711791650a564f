// SPDX-License-Identifier: GPL-3.0-or-later
// Readers of data sets. They take paths, so that an input becomes a file that has no name but a number.
#include "engine/data/cifar_source.h"
#include "engine/data/idx_file.h"
#include "engine/data/picture_error.h"
#include "engine/data/tar_index.h"
#include "engine/data/tar_source.h"
#include "tests/fuzz/entries.h"

#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace dinoscope::fuzz {
namespace {

/// A file in memory.
class InputFile {
public:
    explicit InputFile(std::span<const std::byte> bytes) : number_(memfd_create("input", MFD_CLOEXEC)) {
        require(number_ >= 0 && write(number_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
                "the test has memory for its input");
        path_ = "/proc/self/fd/" + std::to_string(number_);
    }
    ~InputFile() { close(number_); }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    const std::string& path() const { return path_; }

private:
    const int number_;
    std::string path_;
};

/// Runs a reader, which may refuse with a sentence that names the file and in no other way.
template <class Read> Verdict attempt(const InputFile& file, Read read) {
    try {
        read();
        return Verdict::read;
    } catch (const EngineError& error) {
        require(error.error().code == ErrorCode::badInput, "foreign bytes are refused as bad input");
        require(error.error().message.starts_with(file.path()), "the sentence names the file");
        return Verdict::refused;
    }
}

} // namespace

Verdict readIdxFile(std::span<const std::byte> input) {
    const InputFile file(input);
    return attempt(file, [&] {
        const IdxArray array = readIdx(file.path());
        std::int64_t values = 1;
        for (const std::int64_t d : array.dimensions)
            values *= d;
        require(values == static_cast<std::int64_t>(array.values.size()), "the dimensions are those of the values");
        require(array.values.size() <= 1032 * input.size(), "no file holds more than deflate can pack");
    });
}

Verdict readCifarFile(std::span<const std::byte> input) {
    const int labelBytes = !input.empty() && (input[0] & std::byte{1}) != std::byte{0} ? 2 : 1;
    const InputFile file(input.empty() ? input : input.subspan(1));
    return attempt(file, [&] {
        const CifarSource source("the set", {file.path()}, labelBytes, std::vector<std::string>(10, "class"));
        Image image;
        for (SampleIndex i{0}; i.value < source.count(); ++i.value) {
            require(source.label(i).value() < 10, "a label is a place among the classes");
            source.read(i, image);
        }
    });
}

Verdict readTarFile(std::span<const std::byte> input) {
    const InputFile file(input);
    return attempt(file, [&] {
        const std::vector<TarMember> members = readTarIndex(file.path());
        require(members.size() * 512 <= input.size(), "each member has a header");
        for (const TarMember& member : members)
            require(member.begin >= 512 && member.begin <= static_cast<std::int64_t>(input.size()) && member.bytes >= 0,
                    "contents follow their header");
        const TarSource source("the set", {file.path()});
        Image image;
        for (SampleIndex i{0}; i.value < source.count(); ++i.value) {
            if (const auto label = source.label(i))
                require(static_cast<std::size_t>(*label) < source.classNames().size(), "a label has a class");
            try {
                source.read(i, image);
            } catch (const PictureError& error) {
                require(error.verdict() != PictureVerdict::ok, "a picture that is refused is not ok");
            }
        }
    });
}

} // namespace dinoscope::fuzz
