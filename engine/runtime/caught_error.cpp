// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/caught_error.h"

#include "engine/support/check.h"

#include <exception>
#include <new>
#include <string>

namespace dinoscope {
namespace {

constexpr const char* kNoMemory = "There was not enough memory; choose a smaller batch or a smaller network.";

} // namespace

Error caughtError(Step step) {
    Error error;
    try {
        throw;
    } catch (const EngineError& thrown) {
        error = thrown.error();
    } catch (const std::bad_alloc&) {
        error = {ErrorCode::outOfMemory, "runtime", kNoMemory, "std::bad_alloc", {}};
    } catch (const std::exception& thrown) {
        // Libraries have exceptions of their own for it, for instance LibTorch's allocators.
        const std::string what = thrown.what();
        if (what.find("can't allocate memory") != what.npos || what.find("out of memory") != what.npos)
            return {ErrorCode::outOfMemory, "runtime", kNoMemory, what.substr(0, what.find('\n')), step};
        error = {ErrorCode::internal,
                 "runtime",
                 "Something unexpected went wrong; the log has the details.",
                 thrown.what(),
                 {}};
    } catch (...) {
        error = {
            ErrorCode::internal, "runtime", "Something unexpected went wrong.", "an exception of an unknown type", {}};
    }
    error.step = step;
    return error;
}

} // namespace dinoscope
