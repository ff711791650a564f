// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/signal_watch.h"

#include <QSocketNotifier>

#include <csignal>
#include <cstdint>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace dinoscope {
namespace {

int wakeFd = -1;

void onSignal(int) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wakeFd, &one, sizeof one);
}

void handle(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

} // namespace

SignalWatch::SignalWatch(std::function<void()> called, QObject* parent) : QObject(parent), called_(std::move(called)) {
    wakeFd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    auto* notifier = new QSocketNotifier(wakeFd, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        std::uint64_t count = 0;
        while (::read(wakeFd, &count, sizeof count) > 0 && count-- > 0)
            called_();
    });
    handle(onSignal);
}

SignalWatch::~SignalWatch() {
    handle(SIG_DFL);
    ::close(wakeFd);
}

} // namespace dinoscope
