// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace dinoscope {

/// Long work that is done in slices: a coroutine that ends each slice with `co_yield progress` and the whole with
/// `co_return result`. Its parameters must be values, since the call has returned long before the work is done. The
/// first slice is done by the first next(). Destroying it gives the work up. One thread at a time.
///
///     Slices<Report> measure(std::string path) {
///         WorkProgress progress{"Measuring " + path, 0, 10};
///         for (; progress.done < progress.total; ++progress.done) { ...; co_yield progress; }
///         co_return report;
///     }
///
/// Yield named objects only: GCC 12 destroys a temporary in a co_yield twice.
template <class Result> class [[nodiscard]] Slices {
public:
    struct promise_type {
        WorkProgress progress;
        std::optional<Result> result;
        std::exception_ptr failure;

        Slices get_return_object() { return Slices(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(const WorkProgress& now) {
            progress = now;
            return {};
        }
        void return_value(Result value) { result = std::move(value); }
        void unhandled_exception() { failure = std::current_exception(); }
    };

    Slices(Slices&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Slices& operator=(Slices&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Slices() {
        if (handle_)
            handle_.destroy();
    }

    /// Does the next slice. @returns false when the work is complete. @throws what the work threw; it is then over.
    bool next() {
        if (!handle_.done())
            handle_.resume();
        if (auto failure = std::exchange(handle_.promise().failure, nullptr))
            std::rethrow_exception(failure);
        return !handle_.done();
    }

    /// How far the work has come.
    const WorkProgress& progress() const { return handle_.promise().progress; }

    /// What the work came to, after next() returned false; once.
    Result take() { return std::move(handle_.promise().result).value(); }

    /// All slices at once.
    Result finish() {
        while (next()) {
        }
        return take();
    }

private:
    using Handle = std::coroutine_handle<promise_type>;
    explicit Slices(Handle handle) : handle_(handle) {}

    Handle handle_;
};

} // namespace dinoscope
