// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/caught_error.h"

#include "engine/support/check.h"

#include <exception>
#include <new>

namespace dinoscope {

Error caughtError(Step step) {
    Error error;
    try {
        throw;
    } catch (const EngineError& thrown) {
        error = thrown.error();
    } catch (const std::bad_alloc&) {
        error = {ErrorCode::outOfMemory,
                 "runtime",
                 "There was not enough memory; choose a smaller batch or a smaller network.",
                 "std::bad_alloc",
                 {}};
    } catch (const std::exception& thrown) {
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
