// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/known_global.h"

#include "engine/formats/storage_table.h"

#include <algorithm>
#include <array>

namespace dinoscope {
namespace {

struct GlobalRow {
    std::string_view module;
    std::string_view name;
    KnownGlobal known;
};

/// Modules have several names: Python 2's and 3's, pathlib's before and since Python 3.13, numpy's before and since 2.
constexpr std::array<std::array<std::string_view, 2>, 3> kOtherNames{
    {{"__builtin__", "builtins"}, {"pathlib._local", "pathlib"}, {"numpy._core.multiarray", "numpy.core.multiarray"}}};

constexpr std::array<GlobalRow, 26> kGlobals{{
    {"collections", "OrderedDict", KnownGlobal::orderedDict},
    {"collections", "defaultdict", KnownGlobal::defaultDict},
    {"collections", "Counter", KnownGlobal::orderedDict},
    {"builtins", "dict", KnownGlobal::orderedDict},
    {"builtins", "set", KnownGlobal::set},
    {"builtins", "frozenset", KnownGlobal::set},
    {"builtins", "bytes", KnownGlobal::byteString},
    {"builtins", "bytearray", KnownGlobal::byteString},
    {"builtins", "complex", KnownGlobal::plainObject},
    {"builtins", "float", KnownGlobal::plainObject},
    {"builtins", "int", KnownGlobal::plainObject},
    {"builtins", "list", KnownGlobal::plainObject},
    {"builtins", "object", KnownGlobal::plainObject},
    {"_codecs", "encode", KnownGlobal::encode},
    {"torch._utils", "_rebuild_tensor_v2", KnownGlobal::rebuildTensor},
    {"torch._utils", "_rebuild_parameter", KnownGlobal::rebuildParameter},
    {"torch", "Size", KnownGlobal::size},
    {"torch", "device", KnownGlobal::device},
    {"numpy", "dtype", KnownGlobal::numpyDtype},
    {"numpy.core.multiarray", "scalar", KnownGlobal::numpyScalar},
    {"pathlib", "PosixPath", KnownGlobal::path},
    {"pathlib", "PurePosixPath", KnownGlobal::path},
    {"pathlib", "Path", KnownGlobal::path},
    {"pathlib", "WindowsPath", KnownGlobal::windowsPath},
    {"pathlib", "PureWindowsPath", KnownGlobal::windowsPath},
    {"argparse", "Namespace", KnownGlobal::plainObject},
}};

// Of the module "torch": what torch.get_default_dtype() and its like write.
constexpr std::array<std::string_view, 14> kTypeWords{"float64", "float32", "float16",   "bfloat16",  "int64",
                                                      "int32",   "int16",   "int8",      "uint8",     "bool",
                                                      "float",   "half",    "complex64", "complex128"};

} // namespace

KnownGlobal knownGlobal(std::string_view module, std::string_view name) {
    if (module == "torch") {
        if (const StorageType* type = storageType(name); type && type->type)
            return KnownGlobal::storage;
        if (std::find(kTypeWords.begin(), kTypeWords.end(), name) != kTypeWords.end())
            return KnownGlobal::typeWord;
    }
    for (const auto& [other, usual] : kOtherNames)
        if (module == other)
            module = usual;
    const auto found = std::find_if(kGlobals.begin(), kGlobals.end(),
                                    [&](const GlobalRow& row) { return row.module == module && row.name == name; });
    return found == kGlobals.end() ? KnownGlobal::unknown : found->known;
}

} // namespace dinoscope
