// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that runs after a crash uses only memory that was set aside before it and functions that POSIX allows in a
// signal handler, and backtrace(), which is called once beforehand because its first call loads a library.
#include "engine/support/crash_report.h"

#include "engine/api/crash_report.h"
#include "engine/api/unclosed_run.h"

#include <execinfo.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <typeinfo>

namespace dinoscope {
namespace {

constexpr int kMostFrames = 64;
constexpr std::size_t kPathRoom = 4096, kStackRoom = 128 << 10;
constexpr std::array kSignals{std::pair{SIGSEGV, "SIGSEGV, a memory access that is not allowed"},
                              std::pair{SIGABRT, "SIGABRT, the program gave itself up"},
                              std::pair{SIGBUS, "SIGBUS, memory or a mapped file that is not there"},
                              std::pair{SIGFPE, "SIGFPE, arithmetic that has no result"},
                              std::pair{SIGILL, "SIGILL, an instruction that the processor does not know"}};

/// A piece of text in memory of its own; what has no room is cut off.
template <std::size_t Room> class Text {
public:
    void clear() { size_ = 0; }
    Text& put(std::string_view words) {
        const std::size_t length = words.size() < Room - 1 - size_ ? words.size() : Room - 1 - size_;
        std::memcpy(letters_ + size_, words.data(), length);
        size_ += length;
        letters_[size_] = '\0';
        return *this;
    }
    /// At least so many digits.
    Text& putNumber(std::int64_t number, int digits = 1) {
        char reversed[24];
        int count = 0;
        for (std::uint64_t rest = static_cast<std::uint64_t>(number < 0 ? 0 : number); rest > 0 || count < digits;
             rest /= 10)
            reversed[count++] = static_cast<char>('0' + rest % 10);
        while (count > 0)
            put({&reversed[--count], 1});
        return *this;
    }
    Text& putAddress(std::uintptr_t address) {
        put("0x");
        for (int shift = 8 * static_cast<int>(sizeof address) - 4; shift >= 0; shift -= 4)
            put({&"0123456789abcdef"[address >> shift & 15], 1});
        return *this;
    }
    const char* text() const { return letters_; }
    std::string_view view() const { return {letters_, size_}; }

private:
    char letters_[Room] = {};
    std::size_t size_ = 0;
};

struct NotedRun {
    Text<kPathRoom> folder;
    Text<kPathRoom + 64> command; ///< that goes on with it
};

/// Written before a crash, read after it.
struct Notes {
    Text<256> program;
    Text<4096> commandLine;
    std::array<Text<kPathRoom>, 3> stateFolders; ///< the last one takes reports; those before may have to be made
    std::array<NotedRun, 2> runs;                ///< one is filled in while the other one is in force
    std::atomic<int> run{-1};
    std::atomic<std::int64_t> step{-1};
    Text<1024> exception; ///< that nobody caught
    std::atomic<pid_t> reporter{0};
    alignas(16) char stack[kStackRoom];
};
Notes notes;

void writeAll(int file, std::string_view words) {
    while (!words.empty()) {
        const ssize_t written = ::write(file, words.data(), words.size());
        if (written <= 0)
            return;
        words.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Date and time of day, UTC; H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
void putTime(Text<64>& text, std::int64_t seconds, bool inName) {
    const std::int64_t days = seconds / 86400 + 719468, era = days / 146097, dayOfEra = days % 146097;
    const std::int64_t year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100), part = (5 * dayOfYear + 2) / 153;
    const std::int64_t month = part < 10 ? part + 3 : part - 9;
    const char *dash = inName ? "" : "-", *colon = inName ? "" : ":";
    text.putNumber(year + era * 400 + (month <= 2 ? 1 : 0), 4).put(dash).putNumber(month, 2).put(dash);
    text.putNumber(dayOfYear - (153 * part + 2) / 5 + 1, 2).put(inName ? "-" : " ");
    text.putNumber(seconds / 3600 % 24, 2).put(colon).putNumber(seconds / 60 % 60, 2).put(colon);
    text.putNumber(seconds % 60, 2);
}

int openReport(Text<kPathRoom + 64>& path, const Text<kPathRoom>& folder, std::int64_t now) {
    Text<64> time;
    putTime(time, now, true);
    path.clear();
    path.put(folder.view()).put("/crash-").put(time.view()).put(".txt");
    return ::open(path.text(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

void putReport(Text<16384>& text, int signal, const siginfo_t* info, std::int64_t now, const NotedRun* run) {
    Text<64> time;
    putTime(time, now, false);
    const char* name = "";
    for (const auto& [number, words] : kSignals)
        if (number == signal)
            name = words;
    text.put("Dinoscope has crashed. Nothing that was saved is lost.\n\nprogram: ").put(notes.program.view());
    text.put("\ntime: ").put(time.view()).put(" UTC\nsignal: ").putNumber(signal).put(" (").put(name).put(")");
    if (signal != SIGABRT && info)
        text.put(" at ").putAddress(reinterpret_cast<std::uintptr_t>(info->si_addr));
    if (!notes.exception.view().empty())
        text.put("\nexception: ").put(notes.exception.view());
    text.put("\nrun: ").put(run ? run->folder.view() : "none");
    if (const std::int64_t step = notes.step; step >= 0)
        text.put("\nstep: ").putNumber(step);
    if (run)
        text.put("\nto go on: ").put(run->command.view());
    text.put("\ncommand line: ").put(notes.commandLine.view()).put("\nbacktrace:\n");
}

/// Static: a thread's own stack may have no room for it.
Text<16384> report;
Text<kPathRoom + 64> reportPath;

void writeReport(int signal, const siginfo_t* info) {
    const std::int64_t now = ::time(nullptr);
    const int number = notes.run;
    const NotedRun* run = number < 0 ? nullptr : &notes.runs[static_cast<std::size_t>(number)];
    putReport(report, signal, info, now, run);
    int file = run ? openReport(reportPath, run->folder, now) : -1;
    if (file < 0 && !notes.stateFolders.back().view().empty()) {
        for (const auto& folder : notes.stateFolders)
            ::mkdir(folder.text(), 0700);
        file = openReport(reportPath, notes.stateFolders.back(), now);
    }
    if (file >= 0) {
        writeAll(file, report.view());
        void* frames[kMostFrames];
        ::backtrace_symbols_fd(frames, ::backtrace(frames, kMostFrames), file);
        ::fsync(file);
        ::close(file);
    }
    report.clear();
    report.put("\n").put(notes.program.view()).put(" has crashed (signal ").putNumber(signal).put("). ");
    if (file >= 0)
        report.put("The report is ").put(reportPath.view()).put(".");
    if (run)
        report.put(" To go on: ").put(run->command.view());
    writeAll(STDERR_FILENO, report.put("\n").view());
}

void onCrash(int signal, siginfo_t* info, void*) {
    pid_t nobody = 0;
    const pid_t self = ::gettid();
    if (notes.reporter.compare_exchange_strong(nobody, self))
        writeReport(signal, info);
    else if (nobody != self)
        while (true) // another thread is writing the report, and ends the process
            ::pause();
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ::sigaction(signal, &action, nullptr);
    ::raise(signal); // arrives when this handler returns
}

[[noreturn]] void onTerminate() {
    try {
        if (const auto exception = std::current_exception())
            std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        notes.exception.put(typeid(error).name()).put(": ").put(error.what());
    } catch (...) {
        notes.exception.put("of an unknown type");
    }
    std::abort();
}

void noteStateFolder() {
    const char *state = std::getenv("XDG_STATE_HOME"), *home = std::getenv("HOME");
    std::string folder = state && *state == '/' ? state
                         : home && *home == '/' ? std::string(home) + "/.local/state"
                                                : "";
    if (folder.empty())
        return;
    const std::filesystem::path last = std::filesystem::path(folder) / "dinoscope";
    notes.stateFolders[2].put(last.string());
    notes.stateFolders[1].put(last.parent_path().string());
    notes.stateFolders[0].put(last.parent_path().parent_path().string());
}

} // namespace

void reportCrashes(const std::string& program, int argc, char** argv) {
    notes.program.put(program);
    for (int i = 0; i < argc; ++i)
        notes.commandLine.put(i > 0 ? " " : "").put(argv[i]);
    noteStateFolder();
    void* frame = nullptr;
    ::backtrace(&frame, 1);
    const stack_t stack{notes.stack, 0, sizeof notes.stack};
    ::sigaltstack(&stack, nullptr);
    std::set_terminate(onTerminate);
    struct sigaction action {};
    action.sa_sigaction = onCrash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (const auto& [signal, words] : kSignals)
        ::sigaction(signal, &action, nullptr);
}

void noteRunForCrashReport(const std::string& folder) {
    if (folder.empty()) {
        notes.run = -1;
        notes.step = -1;
        return;
    }
    const int next = notes.run == 0 ? 1 : 0;
    NotedRun& run = notes.runs[static_cast<std::size_t>(next)];
    std::error_code code;
    const std::string whole = std::filesystem::absolute(folder, code).string();
    run.folder.clear();
    run.folder.put(code ? folder : whole);
    run.command.clear();
    run.command.put(continueCommand(code ? folder : whole));
    notes.run = next;
}

void noteStepForCrashReport(std::int64_t step) { notes.step = step; }

} // namespace dinoscope
