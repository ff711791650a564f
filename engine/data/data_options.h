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
    bool officialLoading = false;   ///< PictureLoading::official
    double testShare = 0.1;         ///< of labelled pictures, where no test set is there
    double maxBadShare = 0.2;       ///< of the pictures that may be unreadable before a run pauses
    std::int64_t cacheMb = 512;     ///< memory for training pictures that were read, in 2^20 bytes

    bool operator==(const DataOptions&) const = default;
};

void declare(FieldList& fields, DataOptions& options);

struct SourceOptions;
/// What openSource() is to be asked.
SourceOptions sourceOptions(const DataOptions& options);

/// Number of loader threads that `requested` stands for on this machine.
int loaderThreadCount(std::int64_t requested);

} // namespace dinoscope
