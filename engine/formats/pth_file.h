// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/pickle_value.h"
#include "engine/formats/stored_tensor.h"

#include <memory>
#include <string>
#include <vector>

namespace dinoscope {

struct PthContent;

/// A file that torch.save has written, read into memory without PyTorch and without running anything in it.
///
/// What becomes of what (a pickle names Python classes and functions; none is ever looked up or called):
/// - OrderedDict, defaultdict, Counter: map; set, frozenset: set; torch.Size: tuple
/// - torch._utils._rebuild_tensor_v2, _rebuild_parameter: tensor, if the storage has one of the types of ElementType
/// - numpy scalars: number; pathlib paths, torch.device, torch.float32 and the other types: text
/// - argparse.Namespace: object with attributes
/// - everything else: an object that carries the name, arguments and state, and a line in unknownGlobals()
///
/// Memory: at most twice the file's size plus 16 MiB while it is read, whatever is in the file, then about the file's
/// size. Time: linear in the file's size, but for sorting names. The storages' bytes stay valid as long as the PthFile.
/// Constant after construction, so any thread may read.
class PthFile {
public:
    /// zip: since PyTorch 1.6; legacy: the row of pickles before that.
    enum class Container { zip, legacy };

    /// Blocks while it reads the file.
    /// @throws EngineError(io) if it cannot be opened or read or is not a regular file; EngineError(badInput) with a
    /// sentence that names the file and what to do if it is cut off or damaged (in the zip container each record that
    /// is used is compared with its CRC-32, unless that is recorded as 0), if it is another kind of file (a TorchScript
    /// archive, the tar form before 0.2, safetensors), or if a limit of this reader is exceeded;
    /// EngineError(outOfMemory).
    explicit PthFile(const std::string& path);
    ~PthFile();
    PthFile(PthFile&&) noexcept;
    PthFile& operator=(PthFile&&) noexcept;

    const std::string& path() const;
    Container container() const;
    const PickleValue& root() const;
    /// Names of the classes and functions in the file that this program does not know, each once.
    const std::vector<std::string>& unknownGlobals() const;

private:
    std::unique_ptr<PthContent> content_;
};

} // namespace dinoscope
