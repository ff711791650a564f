// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/data_options.h"

#include "engine/api/fields.h"
#include "engine/data/open_source.h"

#include <algorithm>
#include <thread>

namespace dinoscope {

void declare(FieldList& fields, DataOptions& o) {
    std::vector<std::string> kinds{"auto"};
    for (const SourceKind& kind : sourceKinds())
        kinds.push_back(kind.id);
    fields.add("data.path", o.path, "Pictures")
        .help("Folder or file that holds the training pictures; several with ';' between them are one set.");
    fields.add("data.kind", o.kind, "Kind of data")
        .choices(std::move(kinds))
        .help("How the path is read; auto takes the first kind that recognises it.");
    fields.add("data.official_loading", o.officialLoading, "Load as the official code")
        .help("Pictures as torchvision's ImageFolder loads them: Exif orientation is not looked at, transparent pixels "
              "keep their hidden colours, grey of 16 bits is cut at 255. Off: pictures stand upright, transparency "
              "shows white, 16 bits are divided.");
    fields.add("data.test_share", o.testShare, "Test share")
        .range(0, 0.9)
        .soft(0, 0.5)
        .help(
            "Where labelled pictures come without a test set (val/ or test/), this share of them is kept for measuring "
            "and not trained on; which ones, a hash of each name decides. 0 trains on all.");
    fields.add("data.loader_threads", o.loaderThreads, "Loader threads")
        .range(0, 64)
        .soft(0, 16)
        .help("Threads that read pictures and cut crops; 0 chooses by the number of processors. Results do not depend "
              "on it.");
    fields.add("data.max_bad_share", o.maxBadShare, "Most bad pictures")
        .range(0, 1)
        .now()
        .help(
            "Pictures that cannot be read are replaced by the next ones. When more than this share of the set has been "
            "met so, the run pauses.");
    fields.add("data.prefetch", o.prefetch, "Batches ahead")
        .range(1, 64)
        .soft(1, 8)
        .help("Batches that are made ahead of the training step. Results do not depend on it.");
    fields.add("data.cache_mb", o.cacheMb, "Memory for pictures")
        .unit("MB")
        .range(0, 1 << 20)
        .soft(0, 16384)
        .help("Training pictures that were read once stay in memory as far as this goes: first the bytes of their "
              "files, then, if there is room for those of all pictures, decoded pictures. 0 keeps none. Results do not "
              "depend on it.");
}

SourceOptions sourceOptions(const DataOptions& options) {
    return {options.kind, {options.officialLoading}, options.testShare};
}

int loaderThreadCount(std::int64_t requested) {
    if (requested > 0)
        return static_cast<int>(requested);
    const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    return processors <= 4 ? 1 : std::min(processors / 2, 32);
}

} // namespace dinoscope
