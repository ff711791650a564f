// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace dinoscope {

struct StorageSlot;

/// Classes and functions of Python whose meaning this program knows. What a call of one would have made is built from
/// the arguments; nothing is called.
enum class KnownGlobal {
    unknown,
    orderedDict,
    defaultDict,
    set,
    byteString,
    encode,
    rebuildTensor,
    rebuildParameter,
    size,
    device,
    storage,
    storageReference, ///< not a global: what a persistent id stands for
    numpyDtype,
    numpyScalar,
    path,
    windowsPath,
    plainObject, ///< argparse.Namespace and whatever stays a known name
    typeWord,    ///< torch.float32 and its like: a word
};

KnownGlobal knownGlobal(std::string_view module, std::string_view name);

} // namespace dinoscope
