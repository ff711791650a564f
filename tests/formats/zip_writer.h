// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/formats/pickle_writer.h"

#include <string>
#include <vector>

namespace dinoscope::testing {

/// A record of an archive, with the lies that a test wants it to tell.
struct ZipPart {
    std::string name;
    std::string bytes;
    std::uint16_t method = 0;
    std::uint16_t flags = 0x0808; ///< data descriptor, names in UTF-8
    std::uint16_t localExtra = 0; ///< bytes of padding before the bytes
    bool checksum = true;         ///< false: recorded as 0
    std::string localName;        ///< "" for the same
    bool largeSizes = false;      ///< sizes and start in a ZIP64 field
};

struct ZipForm {
    bool largeEnd = true;   ///< the ZIP64 end of the directory, as PyTorch writes it
    bool elsewhere = false; ///< the plain end says that the numbers stand in the ZIP64 one
    std::string comment;
};

/// An archive as PyTorch lays it out.
std::string zipArchive(const std::vector<ZipPart>& parts, const ZipForm& form = {});

/// The records of a .pth file under one folder: data.pkl, version, byteorder and data/KEY for each storage.
std::vector<ZipPart> pthParts(const std::string& pickle,
                              const std::vector<std::pair<std::string, std::string>>& storages = {});

} // namespace dinoscope::testing
