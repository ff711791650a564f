// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace dinoscope {

class FieldList;

/// Where pictures come from and how they are fetched.
struct DataOptions {
    std::string path = "/usr/share/datasets/fashion-mnist";
    std::string kind = "auto";
    std::int64_t loaderThreads = 0; ///< 0: one on up to four processors, else half of them
    std::int64_t prefetch = 2;      ///< batches made ahead

    bool operator==(const DataOptions&) const = default;
};

void declare(FieldList& fields, DataOptions& options);

/// Number of loader threads that `requested` stands for on this machine.
int loaderThreadCount(std::int64_t requested);

} // namespace dinoscope
