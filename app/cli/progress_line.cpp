// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include <unistd.h>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kTerminalInterval{200}, kFileInterval{5000};

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string accuracyText(const EngineSession& session) {
    const auto teacher = session.newest("knn_teacher"), student = session.newest("knn_student");
    if (!teacher || !student)
        return {};
    return "   k-NN teacher " + fixed(*teacher, 1) + " % student " + fixed(*student, 1) + " %";
}

std::string trainingText(const EngineSession& session, const Snapshot& now) {
    std::string text = "step " + std::to_string(now.step.value);
    if (now.run)
        text.append("/").append(std::to_string(now.run->plannedSteps));
    if (const auto loss = session.newest("loss"))
        text += "   loss " + fixed(*loss, 4);
    text += accuracyText(session);
    if (now.imagesPerSecond > 0)
        text += "   " + fixed(now.imagesPerSecond, 0) + " images/s";
    if (now.secondsLeft >= 0 && now.state == RunState::running)
        text += "   " + clockText(now.secondsLeft) + " left";
    return text;
}

std::string lineOf(const EngineSession& session, const Snapshot& now) {
    if (now.work.what.empty())
        return now.run ? trainingText(session, now) : std::string();
    std::string work = now.work.what;
    if (now.work.total > 0)
        work.append(" ").append(std::to_string(100 * now.work.done / now.work.total)).append(" %");
    else if (now.work.done > 0)
        work.append(" ").append(std::to_string(now.work.done));
    return now.step.value > 0 ? trainingText(session, now) + "   " + work : work;
}

} // namespace

std::string clockText(double seconds) {
    if (!(seconds >= 0) || seconds > 1e9)
        return "?";
    const auto whole = static_cast<long long>(std::ceil(seconds));
    char text[64];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    return text;
}

ProgressLine::ProgressLine() : isTerminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::clear() {
    if (isTerminal_ && !shown_.empty())
        std::cerr << "\r\033[K";
}

void ProgressLine::showLog(const EngineSession& session, bool all) {
    const std::uint64_t revision = session.snapshot()->revision;
    while (!waiting_.empty()) {
        const auto& [line, seenAt] = waiting_.front();
        if (!all && line.level == LogLevel::error && revision == seenAt)
            return;
        if (!session.endsTheProgram(line)) {
            clear();
            std::cerr << (line.level == LogLevel::info      ? ""
                          : line.level == LogLevel::warning ? "warning: "
                                                            : "error: ")
                      << line.text << "\n";
            shownAt_ = {};
            shown_.clear();
        }
        waiting_.pop_front();
    }
}

void ProgressLine::show(const EngineSession& session, const Drained& news) {
    for (const LogLine& line : news.log)
        waiting_.emplace_back(line, session.snapshot()->revision);
    session_ = &session;
    showLog(session, false);
    const auto now = std::chrono::steady_clock::now();
    if (now - shownAt_ < (isTerminal_ ? kTerminalInterval : kFileInterval))
        return;
    const std::string line = lineOf(session, *session.snapshot());
    if (line.empty() || line == shown_)
        return;
    clear();
    std::cerr << line << (isTerminal_ ? "" : "\n") << std::flush;
    shown_ = line;
    shownAt_ = now;
}

void ProgressLine::finish() {
    if (session_)
        showLog(*session_, true);
    clear();
    shown_.clear();
}

} // namespace dinoscope
