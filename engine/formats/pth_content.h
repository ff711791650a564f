// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/byte_reader.h"
#include "engine/formats/pickle_value.h"
#include "engine/formats/pth_file.h"
#include "engine/formats/zip_archive.h"

#include <deque>

namespace dinoscope {

/// What a PthFile owns. The document and its tensors are views into `bytes`.
struct PthContent {
    std::string path;
    PthFile::Container container = PthFile::Container::zip;
    PickleDocument document;
    std::deque<ByteBuffer> bytes;
};

/// Recognises the container and reads it; see PthFile.
std::unique_ptr<PthContent> readPth(const ByteReader& reader, const std::string& path);

/// The containers. `content` has its path; the budget is for everything but copies of the file's bytes.
void readZipPth(const ByteReader& reader, MemoryBudget& budget, PthContent& content);
void readLegacyPth(const ByteReader& reader, MemoryBudget& budget, PthContent& content);

/// The pickle with which a file of the legacy container begins: its magic number.
inline constexpr unsigned char kLegacyMagic[] = {0x80, 2,    0x8a, 10,   0x6c, 0xfc, 0x9c, 0x46,
                                                 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};

} // namespace dinoscope
