// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/output_file.h"

#include <unistd.h>

namespace dinoscope {

std::string writeWholeFile(const std::string& path, const std::function<void(DurableFile& file)>& write) {
    const std::string part = path + ".part";
    ::unlink(part.c_str()); // of an earlier try
    try {
        DurableFile file(part);
        write(file);
        std::string sum = file.finish();
        renameDurably(part, path);
        return sum;
    } catch (...) {
        ::unlink(part.c_str());
        throw;
    }
}

} // namespace dinoscope
