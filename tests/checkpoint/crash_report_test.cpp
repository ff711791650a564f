// SPDX-License-Identifier: GPL-3.0-or-later
// What a process that crashes leaves behind, and how a start finds it.
#include "engine/api/crash_report.h"
#include "engine/api/unclosed_run.h"
#include "engine/checkpoint/checkpoint_store.h"
#include "engine/checkpoint/run_folder.h"
#include "engine/support/crash_report.h"
#include "tests/support/scratch_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace dinoscope {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string textOf(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs a function in a child process as a program that reports its crashes. @returns the signal that ended it, or 0;
/// `said` is what it wrote to standard error.
int crash(const std::function<void()>& act, const std::string& stateHome, std::string* said = nullptr) {
    int ends[2];
    if (::pipe(ends) != 0)
        return -1;
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::setenv("XDG_STATE_HOME", stateHome.c_str(), 1);
        char program[] = "dinoscope-test", word[] = "--a-word";
        char* words[] = {program, word, nullptr};
        reportCrashes("dinoscope-test 1.2.3", 2, words);
        act();
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string text;
    char piece[4096];
    for (ssize_t size; (size = ::read(ends[0], piece, sizeof piece)) > 0;)
        text.append(piece, static_cast<std::size_t>(size));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (said)
        *said = text;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::vector<std::string> reportsIn(const std::string& folder) {
    std::vector<std::string> reports;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing))
        if (entry.path().filename().string().starts_with("crash-"))
            reports.push_back(entry.path().string());
    return reports;
}

void readWhatIsNotThere() {
    void* page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    [[maybe_unused]] const volatile char letter = *static_cast<volatile char*>(page);
}

void openRun(const std::string& folder, std::int64_t step) {
    noteRunForCrashReport(folder);
    noteStepForCrashReport(step);
}

TEST(CrashReport, EveryKindOfCrashLeavesOneAndEndsByItsSignal) {
    const std::vector<std::pair<int, std::function<void()>>> kinds = {
        {SIGSEGV, readWhatIsNotThere},     {SIGABRT, [] { std::abort(); }},   {SIGBUS, [] { ::raise(SIGBUS); }},
        {SIGFPE, [] { ::raise(SIGFPE); }}, {SIGILL, [] { ::raise(SIGILL); }},
    };
    for (const auto& [signal, act] : kinds) {
        const testing::ScratchFolder temporary;
        std::string said;
        const auto inRun = [&, act = act] {
            openRun(temporary.path(), 4711);
            std::thread(act).join(); // as the engine's thread would
        };
        EXPECT_EQ(crash(inRun, temporary / "state", &said), signal);
        const auto reports = reportsIn(temporary.path());
        ASSERT_EQ(reports.size(), 1U) << said;
        const std::string text = textOf(reports[0]);
        EXPECT_THAT(text, HasSubstr("program: dinoscope-test 1.2.3\n"));
        EXPECT_THAT(text, HasSubstr("signal: " + std::to_string(signal)));
        EXPECT_THAT(text, HasSubstr("run: " + temporary.path().string() + "\n"));
        EXPECT_THAT(text, HasSubstr("step: 4711\n"));
        EXPECT_THAT(text, HasSubstr("to go on: dinoscope-cli train --resume " + temporary.path().string() + "\n"));
        EXPECT_THAT(text, HasSubstr("command line: dinoscope-test --a-word\n"));
        EXPECT_THAT(text.substr(text.find("backtrace:")), HasSubstr("checkpoint_test")) << "frames";
        EXPECT_THAT(said, HasSubstr(reports[0]));
        EXPECT_FALSE(std::filesystem::exists(temporary / "state"));
    }
}

TEST(CrashReport, AnExceptionThatNobodyCatchesIsNamed) {
    const testing::ScratchFolder temporary;
    const auto act = [&] {
        openRun(temporary.path(), 3);
        std::thread([] { throw std::runtime_error("the reason of it"); }).join();
    };
    EXPECT_EQ(crash(act, temporary / "state"), SIGABRT);
    ASSERT_EQ(reportsIn(temporary.path()).size(), 1U);
    EXPECT_THAT(textOf(reportsIn(temporary.path())[0]), HasSubstr("the reason of it"));
}

TEST(CrashReport, WithoutARunOrWithoutItsFolderItComesToTheStateFolder) {
    const testing::ScratchFolder temporary;
    const std::string state = temporary / "not/yet/there", folder = state + "/dinoscope";
    std::filesystem::create_directories(temporary / "not");
    EXPECT_EQ(crash([] { std::abort(); }, state), SIGABRT);
    ASSERT_EQ(reportsIn(folder).size(), 1U);
    EXPECT_THAT(textOf(reportsIn(folder)[0]), HasSubstr("run: none\n"));
    std::filesystem::remove_all(folder);
    const auto act = [&] {
        openRun(temporary / "gone", 5);
        std::abort();
    };
    EXPECT_EQ(crash(act, state), SIGABRT);
    ASSERT_EQ(reportsIn(folder).size(), 1U);
    EXPECT_THAT(textOf(reportsIn(folder)[0]), HasSubstr("run: " + (temporary / "gone").string()));
}

TEST(CrashReport, AnOrderlyEndLeavesNothing) {
    const testing::ScratchFolder temporary;
    EXPECT_EQ(crash([&] { openRun(temporary.path(), 1); }, temporary / "state"), 0);
    EXPECT_TRUE(reportsIn(temporary.path()).empty());
    EXPECT_FALSE(std::filesystem::exists(temporary / "state"));
}

TEST(CrashReport, AThreadThatCrashesBesideAnotherOneIsNoSecondReport) {
    const testing::ScratchFolder temporary;
    const auto act = [&] {
        openRun(temporary.path(), 8);
        std::thread one(readWhatIsNotThere), two([] { std::abort(); });
        one.join();
        two.join();
    };
    EXPECT_NE(crash(act, temporary / "state"), 0);
    ASSERT_EQ(reportsIn(temporary.path()).size(), 1U);
    const std::string text = textOf(reportsIn(temporary.path())[0]);
    EXPECT_EQ(text.find("signal: "), text.rfind("signal: "));
}

// Runs that were not closed.

CheckpointContent someContent(std::int64_t step) {
    CheckpointContent content;
    content.moment.step = {step};
    content.values = "{}";
    return content;
}

TEST(UnclosedRun, IsOneThatWasNeitherClosedNorIsOpen) {
    const testing::ScratchFolder temporary;
    const std::string runs = temporary.path(), path = temporary / "it's a run";
    auto run = std::make_unique<RunFolder>(path, std::vector<MetricSpec>(), "");
    CheckpointStore(path).save(someContent(7), {});
    EXPECT_FALSE(unclosedRun(path)) << "it is open";
    EXPECT_TRUE(isRunOpen(path));
    EXPECT_FALSE(newestUnclosedRun(runs));
    run.reset(); // as the end of the process would
    EXPECT_FALSE(isRunOpen(path));
    ASSERT_TRUE(unclosedRun(path));
    EXPECT_EQ(unclosedRun(path)->crashReport, "");
    EXPECT_TRUE(unclosedRun(path)->hasCheckpoint);
    ASSERT_TRUE(newestUnclosedRun(runs));
    EXPECT_EQ(newestUnclosedRun(runs)->folder, path);
    EXPECT_EQ(continueCommand(path), "dinoscope-cli train --resume '" + runs + "/it'\\''s a run'");
    std::ofstream(path + "/crash-20260131-120000.txt") << "a report";
    EXPECT_EQ(unclosedRun(path)->crashReport, path + "/crash-20260131-120000.txt");
    run = std::make_unique<RunFolder>(path, std::vector<MetricSpec>(), Continuation{Step{7}, Epoch{0}, 0});
    EXPECT_FALSE(unclosedRun(path)) << "it is open again";
    run->close();
    EXPECT_FALSE(unclosedRun(path));
    run.reset();
    EXPECT_FALSE(unclosedRun(path)) << "a report of before does not matter";
    EXPECT_FALSE(newestUnclosedRun(runs));
}

TEST(UnclosedRun, OfSeveralTheNewestThatHasACheckpointIsOffered) {
    const testing::ScratchFolder temporary;
    for (const char* name : {"b-first", "a-second", "c-without-checkpoint"}) {
        RunFolder run(temporary / name, {}, "");
        if (std::string(name) != "c-without-checkpoint")
            CheckpointStore(temporary / name).save(someContent(1), {});
    }
    const std::string lock = temporary.path() / "b-first" / kRunLockFile;
    std::filesystem::last_write_time(lock, std::filesystem::last_write_time(lock) - std::chrono::hours(1));
    ASSERT_TRUE(newestUnclosedRun(temporary.path()));
    EXPECT_EQ(newestUnclosedRun(temporary.path())->folder, temporary / "a-second");
    EXPECT_FALSE(unclosedRun(temporary / "c-without-checkpoint")->hasCheckpoint);
    EXPECT_FALSE(newestUnclosedRun("/nowhere"));
    EXPECT_FALSE(unclosedRun("/nowhere"));
    EXPECT_FALSE(isRunOpen("/nowhere"));
}

} // namespace
} // namespace dinoscope
