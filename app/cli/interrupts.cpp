// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupts.h"

#include <atomic>
#include <csignal>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dinoscope {
namespace {

constexpr int kInterruptedCode = 130;
constexpr int kPatience = 2; ///< signals that are obeyed politely

std::atomic<int> signals{0};
std::atomic<int> wakeFd{-1};

void onSignal(int) {
    if (++signals > kPatience)
        ::_exit(kInterruptedCode);
    Interrupts::wake();
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

Interrupts::Interrupts() {
    signals = 0;
    wakeFd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    handle(onSignal);
}

Interrupts::~Interrupts() {
    handle(SIG_DFL);
    ::close(wakeFd.exchange(-1));
}

int Interrupts::count() { return signals; }

void Interrupts::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wakeFd, &one, sizeof one);
}

void Interrupts::wait(int timeoutMs) {
    pollfd waiting{wakeFd, POLLIN, 0};
    ::poll(&waiting, 1, timeoutMs);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(wakeFd, &count, sizeof count);
}

} // namespace dinoscope
