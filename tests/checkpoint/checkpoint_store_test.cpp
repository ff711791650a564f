// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/checkpoint_store.h"

#include "engine/checkpoint/checkpoint_writer.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"
#include "tests/checkpoint/failing_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

namespace dinoscope {
namespace {

using testing::FailingFiles;
using testing::FileCall;

/// A content of two tensors whose values tell the step.
CheckpointContent contentOf(std::int64_t step, std::optional<double> accuracy = std::nullopt) {
    struct Memory {
        std::vector<float> weights = std::vector<float>(24);
        std::int64_t step = 0;
    };
    auto memory = std::make_shared<Memory>();
    for (std::size_t i = 0; i < memory->weights.size(); ++i)
        memory->weights[i] = static_cast<float>(step) + 0.01F * static_cast<float>(i);
    memory->step = step;
    CheckpointContent content;
    content.moment.step = {step};
    content.moment.epoch = {step / 10};
    content.moment.epochEnd = step % 10 == 0;
    content.moment.accuracy = accuracy;
    content.tensors = {{"student.weight", ElementType::f32, {4, 6}, std::as_bytes(std::span(memory->weights))},
                       {"step", ElementType::i64, {}, std::as_bytes(std::span(&memory->step, 1))}};
    content.values = "{\"step\": " + std::to_string(step) + "}";
    content.owner = memory;
    return content;
}

std::vector<std::int64_t> stepsOf(const CheckpointStore& store) {
    std::vector<std::int64_t> steps;
    for (const CheckpointEntry& entry : store.list())
        steps.push_back(entry.moment.step.value);
    return steps;
}

/// The step whose state the newest good checkpoint really holds; -1: there is none.
std::int64_t goodStep(const CheckpointStore& store) {
    const auto newest = store.newestGood();
    if (!newest.entry)
        return -1;
    const SafetensorsFile state(stateFileOf(newest.entry->path));
    std::int64_t step = 0;
    std::memcpy(&step, state.at("step").bytes.data(), sizeof step);
    EXPECT_EQ(step, newest.entry->moment.step.value);
    float first = 0;
    std::memcpy(&first, state.at("student.weight").bytes.data(), sizeof first);
    EXPECT_EQ(first, static_cast<float>(step));
    EXPECT_EQ(readSmallFile(valuesFileOf(newest.entry->path), 100), "{\"step\": " + std::to_string(step) + "}");
    return step;
}

std::string bytesOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(Sha256, GivesThePublishedDigests) { // FIPS 180-4, examples
    Sha256 empty, abc;
    EXPECT_EQ(empty.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    abc.add(std::as_bytes(std::span("a", 1)));
    abc.add(std::as_bytes(std::span("bc", 2)));
    EXPECT_EQ(abc.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(CheckpointStore, WhatIsSavedComesBack) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    EXPECT_TRUE(store.list().empty());
    EXPECT_EQ(goodStep(store), -1);
    CheckpointContent content = contentOf(7, 61.5);
    content.moment.trainSeconds = 12.5;
    content.moment.note = "before the learning rate";
    content.moment.savedAt = "2026-01-31T12:00:00Z";
    const CheckpointEntry saved = store.save(content, {});
    EXPECT_EQ(goodStep(store), 7);
    const SavedMoment moment = store.list().front().moment;
    EXPECT_EQ(moment.accuracy, 61.5);
    EXPECT_EQ(moment.trainSeconds, 12.5);
    EXPECT_EQ(moment.note, "before the learning rate");
    EXPECT_EQ(moment.savedAt, "2026-01-31T12:00:00Z");
    EXPECT_FALSE(moment.epochEnd);
    EXPECT_EQ(readSmallFile(run / "checkpoints/last", 100), "step-000000007\n");
    EXPECT_GT(saved.bytes, 24U * 4);
    EXPECT_EQ(store.newestGood(Step{7}).entry->path, saved.path);
    EXPECT_FALSE(store.newestGood(Step{8}).entry);
}

TEST(CheckpointStore, KeepsTheLastTheBestTheEpochsAndWhatAPersonAskedFor) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    for (std::int64_t step = 1; step <= 40; ++step) {
        CheckpointContent content = contentOf(step, step == 13 ? 70.0 : 50.0 + static_cast<double>(step) / 10);
        content.moment.kept = step == 5;
        store.save(content, {3, 2, true});
    }
    EXPECT_EQ(stepsOf(store), (std::vector<std::int64_t>{5, 13, 20, 38, 39, 40}));
    store.save(contentOf(41), {0, 0, false});
    EXPECT_EQ(stepsOf(store), (std::vector<std::int64_t>{5, 40, 41})) << "never fewer than two";
    EXPECT_EQ(goodStep(store), 41);
}

TEST(CheckpointStore, ADamagedOneDoesNotCountAsAPredecessor) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    const Retention two{2, 0, false};
    store.save(contentOf(1), two);
    const CheckpointEntry second = store.save(contentOf(2), two);
    std::string state = bytesOf(stateFileOf(second.path));
    state.back() = static_cast<char>(state.back() ^ 1); // its manifest stays whole
    overwrite(stateFileOf(second.path), state);
    const CheckpointEntry third = store.save(contentOf(3), two);
    EXPECT_EQ(stepsOf(store), (std::vector<std::int64_t>{1, 2, 3})) << "step 1 is the only good one before the newest";
    std::filesystem::remove(stateFileOf(third.path));
    EXPECT_EQ(goodStep(store), 1);
    store.save(contentOf(4), two);
    store.save(contentOf(5), two);
    EXPECT_EQ(stepsOf(store), (std::vector<std::int64_t>{4, 5})) << "with good ones again the others go";
}

TEST(CheckpointStore, TheSameStepAgainReplacesItsCheckpoint) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    store.save(contentOf(3), {});
    CheckpointContent again = contentOf(3);
    again.moment.note = "again";
    store.save(again, {});
    EXPECT_EQ(stepsOf(store), (std::vector<std::int64_t>{3}));
    EXPECT_EQ(store.list().front().moment.note, "again");
    EXPECT_EQ(goodStep(store), 3);
}

TEST(CheckpointStore, WeightsThatAreNotFiniteAreNotSaved) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    store.save(contentOf(1), {});
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        CheckpointContent content = contentOf(2);
        auto values = std::make_shared<std::vector<float>>(24, 1.0F);
        (*values)[17] = bad;
        content.tensors[0].bytes = std::as_bytes(std::span(*values));
        content.owner = values;
        content.tensors.pop_back();
        try {
            store.save(content, {});
            ADD_FAILURE();
        } catch (const EngineError& error) {
            EXPECT_EQ(error.error().code, ErrorCode::nonFinite);
            EXPECT_NE(error.error().message.find("student.weight"), std::string::npos);
        }
    }
    EXPECT_EQ(stepsOf(store), (std::vector<std::int64_t>{1}));
}

TEST(CheckpointStore, EveryFlippedByteAndEveryCutIsNoticedAndTheOneBeforeIsTaken) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    store.save(contentOf(1), {});
    const CheckpointEntry newest = store.save(contentOf(2), {});
    int damages = 0;
    for (const char* name : {"state.safetensors", "values.json", "manifest.json", "manifest.sha256"}) {
        const std::filesystem::path file = std::filesystem::path(newest.path) / name;
        const std::string whole = bytesOf(file);
        const auto expectNoticed = [&](const std::string& bytes, const std::string& what) {
            overwrite(file, bytes);
            const auto found = store.newestGood();
            ASSERT_TRUE(found.entry) << what;
            EXPECT_EQ(found.entry->moment.step, Step{1}) << what;
            ASSERT_EQ(found.problems.size(), 1U) << what;
            EXPECT_NE(found.problems[0].find(newest.path), std::string::npos) << found.problems[0];
            ++damages;
        };
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
            expectNoticed(bytes, std::string(name) + " flipped at " + std::to_string(at));
            expectNoticed(whole.substr(0, at), std::string(name) + " cut at " + std::to_string(at));
        }
        expectNoticed(whole + " ", std::string(name) + " with one byte more");
        std::filesystem::remove(file);
        EXPECT_EQ(goodStep(store), 1) << name << " is missing";
        overwrite(file, whole);
        EXPECT_EQ(goodStep(store), 2);
    }
    EXPECT_GT(damages, 1500);
}

TEST(CheckpointStore, ALaterVersionIsRefusedWithItsNumber) {
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    const CheckpointEntry entry = store.save(contentOf(1), {});
    std::string manifest = bytesOf(entry.path + "/manifest.json");
    const std::size_t at = manifest.find("\"schema\": 1");
    ASSERT_NE(at, std::string::npos);
    manifest[at + 10] = '7';
    overwrite(entry.path + "/manifest.json", manifest);
    Sha256 sum;
    sum.add(std::as_bytes(std::span(manifest)));
    overwrite(entry.path + "/manifest.sha256", sum.hex() + "  manifest.json\n");
    const auto newest = store.newestGood();
    EXPECT_FALSE(newest.entry);
    ASSERT_EQ(newest.problems.size(), 1U);
    EXPECT_NE(newest.problems[0].find("schema 7"), std::string::npos) << newest.problems[0];
}

/// Every call that a save makes fails once, or from then on; the predecessor stays and the next save works.
TEST(CheckpointStore, EveryFailingCallEndsInASentenceAndLosesNothing) {
    int failures = 0;
    for (const FileCall call :
         {FileCall::open, FileCall::write, FileCall::sync, FileCall::rename, FileCall::makeFolder})
        for (const bool forever : {false, true}) {
            bool untouched = false;
            for (int n = 1; !untouched; ++n) {
                ASSERT_LT(n, 100);
                const testing::ScratchFolder run;
                CheckpointStore store(run.path());
                store.save(contentOf(1), {});
                {
                    FailingFiles files(run.path());
                    files.failAt(call, n, forever, n % 2 == 0 ? ENOSPC : EIO);
                    try {
                        store.save(contentOf(2), {});
                        untouched = !files.hasFailed();
                    } catch (const EngineError& error) {
                        ++failures;
                        EXPECT_NE(error.error().message.find(run.path()), std::string::npos) << error.what();
                    }
                }
                const std::int64_t good = goodStep(store);
                EXPECT_TRUE(good == 1 || good == 2) << "call " << static_cast<int>(call) << ", " << n;
                EXPECT_TRUE(store.newestGood(Step{1}).entry) << "the predecessor";
                store.save(contentOf(3), {});
                EXPECT_EQ(goodStep(store), 3);
            }
        }
    EXPECT_GT(failures, 40);
}

/// A child process saves and is killed in the middle of one call after the other.
TEST(CheckpointStore, AKillAtAnyMomentLeavesAGoodCheckpoint) {
    int kills = 0;
    const testing::ScratchFolder run;
    CheckpointStore store(run.path());
    store.save(contentOf(1), {2, 0, false});
    std::int64_t step = 1;
    for (int n = 1; kills < 50; ++n) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            FailingFiles files(run.path());
            files.killAt(n % 53 + 1);
            try {
                CheckpointStore own(run.path());
                own.removeLeftovers();
                for (std::int64_t next = step + 1; next <= step + 4; ++next)
                    own.save(contentOf(next), {2, 0, false});
            } catch (...) {
                ::_exit(3);
            }
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << "a save failed after " << n;
        kills += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1 : 0;
        const std::int64_t good = goodStep(store);
        ASSERT_GE(good, step) << "kill " << n;
        EXPECT_TRUE(store.newestGood().problems.empty()) << "what has its name is whole";
        step = good;
        ASSERT_LT(n, 200);
    }
    store.removeLeftovers();
    for (const auto& entry : std::filesystem::directory_iterator(run / "checkpoints"))
        EXPECT_FALSE(entry.path().string().ends_with(kIncompleteSuffix)) << entry.path();
}

TEST(CheckpointWriter, SavesOneAtATimeAndTellsTheOutcomeOnce) {
    const testing::ScratchFolder run;
    CheckpointWriter writer(run.path());
    EXPECT_FALSE(writer.wait()) << "there is nothing to wait for";
    writer.save(contentOf(4), {});
    EXPECT_THROW(writer.save(contentOf(5), {}), EngineError);
    const auto outcome = writer.wait();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->step, Step{4});
    ASSERT_TRUE(outcome->entry);
    EXPECT_FALSE(writer.take());
    EXPECT_FALSE(writer.isBusy());
    FailingFiles files(run.path());
    files.failAt(FileCall::write, 1, true, ENOSPC);
    writer.save(contentOf(6), {});
    const auto failed = writer.wait();
    ASSERT_TRUE(failed && failed->error);
    EXPECT_NE(failed->error->message.find("No space left"), std::string::npos) << failed->error->message;
    EXPECT_EQ(goodStep(CheckpointStore(run.path())), 4);
}

TEST(CheckpointWriter, WhatAKillLeftBehindIsTakenAway) {
    const testing::ScratchFolder run;
    CheckpointStore(run.path()).save(contentOf(1), {});
    const std::string left = (run / "checkpoints/step-000000002").string() + kIncompleteSuffix;
    std::filesystem::create_directory(left);
    overwrite(left + "/state.safetensors", "half of it");
    {
        CheckpointWriter writer(run.path());
        writer.save(contentOf(3), {});
    }
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_EQ(stepsOf(CheckpointStore(run.path())), (std::vector<std::int64_t>{1, 3}));
}

TEST(CheckpointWriter, TheEndWaitsForTheSaveInWork) {
    const testing::ScratchFolder run;
    {
        CheckpointWriter writer(run.path());
        writer.save(contentOf(9), {});
    }
    EXPECT_EQ(goodStep(CheckpointStore(run.path())), 9);
}

} // namespace
} // namespace dinoscope
