// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dinoscope::testing {

/// Writes tar files of every kind of header that the reader knows.
class TarWriter {
public:
    enum class Size { octal, base256 };

    /// A member with a ustar header; names of up to 100 bytes.
    TarWriter& add(const std::string& name, const std::string& contents, char type = '0', Size size = Size::octal);
    TarWriter& add(const std::string& name, const std::vector<std::uint8_t>& contents) {
        return add(name, std::string(contents.begin(), contents.end()));
    }
    /// A member whose folder stands in the header's field for it.
    TarWriter& addWithPrefix(const std::string& prefix, const std::string& name, const std::string& contents);
    /// GNU's header for a long name before the member.
    TarWriter& addGnu(const std::string& name, const std::string& contents);
    /// An extended header with records before the member, whose own header says other things.
    TarWriter& addPax(const std::vector<std::pair<std::string, std::string>>& records, const std::string& contents,
                      std::int64_t sizeInHeader = -1);

    /// With the two blocks of zeros behind the last member.
    std::vector<std::uint8_t> file() const;

private:
    void header(const std::string& name, const std::string& prefix, std::int64_t bytes, char type, Size size);
    void contents(const std::string& bytes);

    std::vector<std::uint8_t> bytes_;
};

} // namespace dinoscope::testing
