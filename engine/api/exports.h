// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

/// A form in which what was trained can leave the program.
struct ExportFormat {
    std::string id, label, help;
    std::string suffix;          ///< of the file, ".onnx"; empty: a folder is written
    bool network = false;        ///< one network is chosen
    bool head = false;           ///< may take the projection head along
    bool side = false;           ///< the size of the input may be fixed
    bool attention = false;      ///< may give out the attention of the last block
    bool pictures = false;       ///< needs pictures
    bool needsRun = false;       ///< needs the folder of a run, or the open run: a file of networks is not enough
    std::string deprecated = {}; ///< a sentence on why another format is better; empty: it is not
};

/// All formats in the order in which they are offered.
const std::vector<ExportFormat>& exportFormats();
/// Null if there is none of that id.
const ExportFormat* findExportFormat(std::string_view id);

/// Writes networks or records for other programs. What was written is read again and compared before it is called done;
/// on a failure nothing is left at `path`.
struct ExportRequest {
    /// A file of networks, or the folder of a run: its newest good checkpoint. Empty: the open run as it is now.
    std::string source;
    std::optional<Step> at; ///< of the folder of a run: this checkpoint
    std::string format;     ///< id of an ExportFormat
    std::string path;       ///< file or folder to write
    bool replace = false;   ///< what is at `path` already may be replaced

    std::string network = "teacher"; ///< teacher | student
    bool head = false;
    std::int64_t heads = 0;       ///< attention heads, where a file of networks does not decide; 0: it does
    std::int64_t side = 0;        ///< side of the input in pixels; 0: any
    bool attention = false;       ///< also the attention of the last block
    std::string pictures;         ///< what data.path takes
    bool officialLoading = false; ///< as data.official_loading
    std::int64_t count = 0;       ///< of pictures at most; 0: all, of attention figures 16
    std::int64_t threads = 0;     ///< 0: one a processor
};

struct ExportReport {
    std::string what;               ///< "teacher of step 300 of 'run', backbone, 5.4 M parameters"
    std::vector<std::string> files; ///< paths, the most important first
    std::uint64_t bytes = 0;        ///< of all of them
    std::string compared;           ///< a sentence: how what was written was compared, and how far it differs
    std::vector<std::string> notes; ///< sentences: with what it can be loaded, and what differs there
    std::string example;            ///< lines of a program or shell that load it
};

} // namespace dinoscope
