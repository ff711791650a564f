// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/pth_file.h"

#include "engine/formats/pth_content.h"
#include "engine/support/check.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace dinoscope {
namespace {

/// Beside a copy of the file's bytes a reader may take as much again, and this for small files.
constexpr std::uint64_t kSpareBytes = std::uint64_t{12} << 20;

constexpr std::string_view kOther = "Choose a .pth file that torch.save has written.";

bool isSafetensors(std::string_view head, std::uint64_t fileBytes) {
    std::uint64_t headerBytes = 0;
    if (head.size() < 9 || head[8] != '{')
        return false;
    std::memcpy(&headerBytes, head.data(), sizeof headerBytes);
    return headerBytes < fileBytes;
}

[[noreturn]] void refuse(const std::string& path, std::string_view head, std::uint64_t fileBytes) {
    constexpr std::size_t kTarMark = 257;
    if (fileBytes == 0)
        throwBadFile(path, "is empty");
    if (head.size() > kTarMark && head.substr(kTarMark).starts_with("ustar"))
        throwBadFile(path, "is a tar archive, the form in which PyTorch before 0.2 saved",
                     "Load it with an old PyTorch, save it again with torch.save and open that file.");
    if (isSafetensors(head, fileBytes))
        throwBadFile(path, "is a safetensors file and no .pth file",
                     "Give it the ending .safetensors and open it again.");
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    if (first != head.npos && (head[first] == '{' || head[first] == '['))
        throwBadFile(path, "looks like JSON text and is no .pth file", kOther);
    if (head[0] == '\x80')
        throwBadFile(path, "is a bare pickle or the damaged start of a .pth file", kOther);
    throwBadFile(path, "is neither of the two kinds of file that torch.save writes", kOther);
}

void readContent(const ByteReader& reader, PthContent& content) {
    std::array<char, 512> start{};
    const std::string_view head(start.data(), std::min<std::uint64_t>(start.size(), reader.size()));
    reader.read(0, std::as_writable_bytes(std::span(start)).first(head.size()));
    const std::string_view magic(reinterpret_cast<const char*>(kLegacyMagic), sizeof kLegacyMagic);
    const bool zip = head.starts_with("PK\3\4") || head.starts_with("PK\5\6");
    if (!zip && !head.starts_with(magic))
        refuse(content.path, head, reader.size());
    MemoryBudget budget(content.path, reader.size() + kSpareBytes);
    if (zip)
        readZipPth(reader, budget, content);
    else
        readLegacyPth(reader, budget, content);
}

} // namespace

std::unique_ptr<PthContent> readPth(const ByteReader& reader, const std::string& path) {
    try {
        auto content = std::make_unique<PthContent>();
        content->path = path;
        readContent(reader, *content);
        return content;
    } catch (const std::bad_alloc&) {
        std::string message = "There is too little memory to read '";
        message.append(path).append("' of ").append(std::to_string(reader.size()));
        message.append(" bytes. Close other programs and try again.");
        throw EngineError(ErrorCode::outOfMemory, "formats", message);
    }
}

PthFile::PthFile(const std::string& path) : content_(readPth(FileReader(path), path)) {}

PthFile::~PthFile() = default;
PthFile::PthFile(PthFile&&) noexcept = default;
PthFile& PthFile::operator=(PthFile&&) noexcept = default;

const std::string& PthFile::path() const { return content_->path; }

PthFile::Container PthFile::container() const { return content_->container; }

const PickleValue& PthFile::root() const { return content_->document.root(); }

const std::vector<std::string>& PthFile::unknownGlobals() const { return content_->document.unknownGlobals(); }

} // namespace dinoscope
